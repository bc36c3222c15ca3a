import { z } from 'zod';
import { RoomNotFound } from '../chat/errors.ts';
import { contract, fn, stream } from '../kernel/contract.ts';
import { RoomId } from '../kernel/ids.ts';
import { CommandNotFound, ModuleNotFound, moduleErrors, NoPage, PageBroken, ScopeUnknown } from './errors.ts';
import { LogLine, ModuleId, ModuleInfo, ModuleSettings, Scope } from './schema.ts';

const Nothing = z.strictObject({});
const One = z.strictObject({ id: ModuleId });

export const modules = contract('modules', {
  list: fn({
    access: 'guest',
    effect: 'read',
    summary: 'The modules: all of them for admins, those that run for others.',
    input: Nothing,
    output: z.array(ModuleInfo),
    errors: [],
  }),
  enable: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Switches a module on and grants it the permissions it asks for, or only those that are named.',
    input: z.strictObject({ id: ModuleId, grant: z.array(Scope).max(50).optional() }),
    output: ModuleInfo,
    errors: [ModuleNotFound, ScopeUnknown],
  }),
  disable: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Switches a module off, at once and for everybody. Its data stays.',
    input: One,
    output: ModuleInfo,
    errors: [ModuleNotFound],
  }),
  settings: fn({
    access: 'admin',
    effect: 'read',
    summary: 'The schema of a module’s settings and their values; secrets only as set or not.',
    input: One,
    output: ModuleSettings,
    errors: [ModuleNotFound],
  }),
  updateSettings: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Changes the settings that are named; null empties one. The module starts again with them.',
    input: z.strictObject({ id: ModuleId, values: z.record(z.string(), z.unknown()) }),
    output: ModuleSettings,
    errors: [ModuleNotFound],
    unrepeatable: true,
  }),
  log: fn({
    access: 'admin',
    effect: 'read',
    summary: 'The newest lines of a module’s log, oldest first.',
    input: z.strictObject({ id: ModuleId, limit: z.number().int().min(1).max(1000).default(200) }),
    output: z.array(LogLine),
    errors: [ModuleNotFound],
  }),
  watchLog: stream({
    access: 'admin',
    summary: 'The lines of a module’s log as they come, after the newest of those that are there.',
    input: z.strictObject({ id: ModuleId, lines: z.number().int().min(0).max(1000).default(0) }),
    events: { line: LogLine },
    errors: [ModuleNotFound],
  }),
  page: fn({
    access: 'guest',
    effect: 'read',
    summary: 'A short-lived address at which the module’s page is shown in a frame.',
    input: One,
    output: z.object({
      /** Same-site path, base path included. */
      url: z.string(),
      /** Names what is shown there: another build is another page. */
      build: z.string(),
      /** The scopes that the page may use beside the module’s own functions. */
      scopes: z.array(Scope),
    }),
    errors: [ModuleNotFound, NoPage, PageBroken, ...moduleErrors],
  }),
  runCommand: fn({
    access: 'guest',
    effect: 'write',
    summary: 'Runs a slash command of a module in a room that the caller is in.',
    input: z.strictObject({
      roomId: RoomId,
      command: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
      text: z.string().max(4000).default(''),
    }),
    output: z.object({
      /** What only the caller sees; null where the module answered in the room. */
      reply: z.string().nullable(),
    }),
    errors: [RoomNotFound, CommandNotFound, ...moduleErrors],
  }),
});
