import { existsSync, readFileSync } from 'node:fs';
import type { Envelope } from '@shared/kernel/result.ts';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { examineModules, type ModuleExamination } from '../../app.ts';
import { reasonOf } from '../../platform/data-folder-error.ts';
import { parseSecrets } from '../../platform/secrets.ts';
import { firstLine } from '../plain.ts';
import { requestControl } from '../running-server.ts';
import { type Check, fail, type Finding, ok, type Patient, warn } from './check.ts';

/** What the running server says of its modules; undefined where it does not answer, which has a finding of its own. */
const askServer = async ({ paths }: Patient): Promise<ReadonlyMap<string, ModuleInfo> | undefined> => {
  try {
    const response = await requestControl(paths, 'api/modules/list', { signal: AbortSignal.timeout(10_000) });
    const answer = (await response.json()) as Envelope<ModuleInfo[]>;
    return answer.ok ? new Map(answer.data.map((info) => [info.id, info])) : undefined;
  } catch {
    return undefined;
  }
};

const keyOf = ({ paths }: Patient): Uint8Array | undefined => {
  const key = existsSync(paths.secrets) && parseSecrets(readFileSync(paths.secrets, 'utf8'))?.moduleKey;
  return key ? Buffer.from(key, 'base64url') : undefined;
};

/** A module that is on and does not work is a failure; what is wrong with one that is off can wait. */
const findingOf = (found: ModuleExamination, info: ModuleInfo | undefined, running: boolean): Finding => {
  const { enabled, faults } = found;
  const name = `module ${found.id}`;
  const problem = info ? info.admin?.reason : found.problem;
  const missing = info
    ? (info.admin?.permissions ?? []).filter(({ granted }) => !granted).map(({ scope }) => scope)
    : found.missing;
  const state = info?.state ?? (enabled ? (running ? 'on' : 'on, starts with Hearth') : 'disabled');
  const told = [
    state,
    ...(problem ? [firstLine(problem)] : []),
    ...faults,
    ...(enabled && missing.length > 0 ? [`it asks for ${missing.join(', ')} and may not`] : []),
  ];
  const isDown = info ? info.state === 'failed' : problem !== undefined;
  const verdict =
    enabled && (isDown || faults.length > 0)
      ? fail
      : told.length > 1 || info?.state === 'retrying' || info?.state === 'failed'
        ? warn
        : ok;
  return verdict(name, told.join('; '));
};

export const checkModules: Check = async (patient) => {
  const { config, paths, clock, running } = patient;
  let found: Awaited<ReturnType<typeof examineModules>>;
  try {
    found = await examineModules({
      folder: paths.folder,
      database: paths.database,
      moduleKey: keyOf(patient),
      clock,
      load: !running,
      memory: config.moduleMemory,
    });
  } catch (error) {
    return warn('modules', `nobody can say how they are: ${reasonOf(error)}`);
  }
  const { modules, misnamed } = found;
  const infos = running ? await askServer(patient) : undefined;
  return [
    ok('modules', `${modules.filter(({ enabled }) => enabled).length} of ${modules.length} are on`),
    ...modules.map((module) => findingOf(module, infos?.get(module.id), running)),
    ...misnamed.map((folder) =>
      warn('modules', `${firstLine(folder)} cannot be a module: it needs lower-case letters, digits and hyphens`),
    ),
  ];
};
