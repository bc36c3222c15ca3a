import { redactText, serialise } from './log-fields.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'pretty' | 'json';
export type LogFields = Readonly<Record<string, unknown>>;
/** Fields, or what makes them where the line is written at all. */
type Given = LogFields | (() => LogFields);

/**
 * Structured log. Fields whose names speak of secrets are redacted, as are tokens inside texts; an error among the
 * fields is written with its stack and causes.
 */
export interface Logger {
  debug(message: string, fields?: Given): void;
  info(message: string, fields?: Given): void;
  warn(message: string, fields?: Given): void;
  error(message: string, fields?: Given): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  level: LogLevel;
  format: LogFormat;
  /** Receives one line (in pretty format perhaps with a stack below it), ending in a newline. */
  write: (line: string, level: LogLevel) => void;
  /** Milliseconds since 1970. */
  now: () => number;
  /** ANSI colours, in pretty format. */
  colours?: boolean;
}

interface Line {
  at: number;
  level: LogLevel;
  message: string;
  fields: LogFields;
}

const reserved = new Set(['time', 'level', 'message']);

const jsonLine = ({ at, level, message, fields }: Line): string => {
  const line: Record<string, unknown> = { time: new Date(at).toISOString(), level, message: redactText(message) };
  for (const [key, value] of Object.entries(fields)) line[reserved.has(key) ? `${key}_` : key] = value;
  return `${JSON.stringify(line)}\n`;
};

const codes: Record<LogLevel, string> = { debug: '2', info: '36', warn: '33', error: '31' };

/** Escapes what could forge a line of its own or steer the terminal. */
const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const short = JSON.stringify(character).slice(1, -1);
    return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : short;
  });

const prettyValue = (value: unknown): string => {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? printable(value) : printable(JSON.stringify(value));
  return printable(JSON.stringify(value) ?? String(value));
};

interface SerialisedError {
  name: string;
  message: string;
  stack?: string;
  cause?: SerialisedError;
}

const isError = (value: unknown): value is SerialisedError =>
  typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;

const stackLines = (error: SerialisedError): string[] => {
  const lines = (error.stack ?? '').split('\n').map((line) => `    ${printable(line)}`);
  return isError(error.cause) ? [...lines, '  caused by', ...stackLines(error.cause)] : lines;
};

const prettyLine = ({ at, level, message, fields }: Line, colours: boolean): string => {
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const time = new Date(at).toISOString().slice(11, 23);
  const parts = [paint('2', time), paint(codes[level], level.toUpperCase().padEnd(5)), printable(redactText(message))];
  const below: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (isError(value)) {
      parts.push(`${paint('2', `${key}=`)}${prettyValue(`${value.name}: ${value.message}`)}`);
      below.push(...stackLines(value));
    } else parts.push(`${paint('2', `${key}=`)}${prettyValue(value)}`);
  }
  return `${[parts.join(' '), ...below].join('\n')}\n`;
};

/** A logger that writes the lines of its level and above. */
export function createLogger({ level, format, write, now, colours = false }: LoggerOptions): Logger {
  const threshold = logLevels.indexOf(level);
  const bound = (context: LogFields): Logger => {
    const at = (of: LogLevel) => (message: string, given?: Given) => {
      if (logLevels.indexOf(of) < threshold) return;
      const fields = typeof given === 'function' ? given() : given;
      const line: Line = { at: now(), level: of, message, fields: serialise({ ...context, ...fields }) };
      write(format === 'json' ? jsonLine(line) : prettyLine(line, colours), of);
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => bound({ ...context, ...fields }),
    };
  };
  return bound({});
}
