import { existsSync } from 'node:fs';
import type { Contracts } from '@shared/contracts.ts';
import type { FunctionNames, InputOf, OutputOf } from '@shared/kernel/contract.ts';
import type { Envelope, HearthError } from '@shared/kernel/result.ts';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { DataFolderError, dataPaths, holdFolder } from '../platform/data-folder.ts';
import { CommandError } from './command-error.ts';
import { type CliContext, commandLog } from './context.ts';
import { requestControl } from './running-server.ts';

type ModuleName = keyof Contracts;
type Functions<M extends ModuleName> = FunctionNames<Contracts[M]['definitions']> & string;
type Definition<M extends ModuleName, F extends Functions<M>> = Contracts[M]['definitions'][F];

/** Calls functions as the machine's own administrator. Throws CommandError with the answer's message. */
export interface SystemCaller {
  call<M extends ModuleName, F extends Functions<M>>(
    module: M,
    name: F,
    input: InputOf<Definition<M, F>>,
  ): Promise<OutputOf<Definition<M, F>>>;
}

type Send = (module: string, name: string, input: unknown) => Promise<Envelope<unknown>>;

const describe = ({ message, issues = [] }: HearthError): string => {
  const details = issues.map(({ path, code }) => `${path || 'input'}: ${code}`);
  return details.length > 0 ? `${message} (${details.join(', ')})` : message;
};

const callerBy = (send: Send): SystemCaller => ({
  async call(module, name, input) {
    const answer = await send(module, name, input);
    if (!answer.ok) throw new CommandError(describe(answer.error));
    // The server holds each answer against its contract.
    return answer.data as OutputOf<Definition<typeof module, typeof name>>;
  },
});

const overSocket =
  (folder: string): Send =>
  async (module, name, input) => {
    let response: Response;
    try {
      response = await requestControl(dataPaths(folder), `api/${module}/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      throw new CommandError(`The Hearth that has ${folder} in use does not answer: it is starting, stopping or stuck`);
    }
    return (await response.json()) as Envelope<unknown>;
  };

const isHeld = (folder: string): boolean => {
  try {
    holdFolder({ folder, create: false }).close();
    return false;
  } catch (error) {
    if (error instanceof DataFolderError && error.problem === 'held') return true;
    throw error;
  }
};

/** Throws CommandError where no server has the folder of this configuration. */
export function needsServer({ data }: Config): void {
  if (!isHeld(data)) throw new CommandError(`No Hearth runs on ${data}`);
}

/** As `asSystem`, for what only a running server can tell. Throws CommandError where none runs. */
export async function asSystemOfRunning<T>(
  context: CliContext,
  config: Config,
  work: (caller: SystemCaller) => Promise<T>,
): Promise<T> {
  needsServer(config);
  return asSystem(context, config, work);
}

/**
 * Lets a command call functions: through the control socket of the server that has the folder, or else by opening the
 * folder itself for as long as the command takes. Throws DataFolderError where there is nothing to open.
 */
export async function asSystem<T>(
  context: CliContext,
  config: Config,
  work: (caller: SystemCaller) => Promise<T>,
): Promise<T> {
  if (isHeld(config.data)) return work(callerBy(overSocket(config.data)));
  if (!existsSync(dataPaths(config.data).database))
    throw new DataFolderError('missing', `There is no team in ${config.data} yet: start hearth and set it up`);
  const app = await createApp({ config, log: commandLog(context), clock: context.clock });
  try {
    return await work(callerBy((module, name, input) => app.callAsSystem(module, name, input)));
  } finally {
    await app.close();
  }
}
