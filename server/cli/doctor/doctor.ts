import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigError } from '../../config.ts';
import { DataFolderError, dataPaths, holdFolder } from '../../platform/data-folder.ts';
import { reasonOf } from '../../platform/data-folder-error.ts';
import type { CommandHost } from '../commands.ts';
import { settingsOf, withSettings } from '../config-options.ts';
import { type CliContext, configOf } from '../context.ts';
import { fail, type Finding, type Patient, type Verdict } from './check.ts';
import { checkClock, checkVersion } from './clock-check.ts';
import { checkDatabase, checkFolder, checkSecrets, checkSpace } from './folder-checks.ts';
import { checkMetrics } from './metrics-check.ts';
import { checkModules } from './module-checks.ts';
import { checkPort, checkProxy, checkServer } from './network-checks.ts';

const checks = [
  checkVersion,
  checkServer,
  checkFolder,
  checkSecrets,
  checkDatabase,
  checkSpace,
  checkPort,
  checkProxy,
  checkMetrics,
  checkModules,
  checkClock,
];

const isRunning = (folder: string): boolean => {
  // A look must not make a lock file where there is none.
  if (!existsSync(dataPaths(folder).lock)) return false;
  try {
    holdFolder({ folder, create: false }).close();
    return false;
  } catch (error) {
    return error instanceof DataFolderError && error.problem === 'held';
  }
};

const examine = async (context: CliContext, command: Command): Promise<Finding[]> => {
  let patient: Patient;
  try {
    const config = configOf(context, settingsOf(command));
    patient = { config, paths: dataPaths(config.data), clock: context.clock, running: isRunning(config.data) };
  } catch (error) {
    if (error instanceof ConfigError) return [fail('configuration', error.message)];
    throw error;
  }
  const findings: Finding[] = [];
  for (const check of checks) {
    try {
      findings.push(...[await check(patient)].flat());
    } catch (error) {
      findings.push(fail('doctor', `${check.name} did not come to its end: ${reasonOf(error)}`));
    }
  }
  return findings;
};

const colours: Record<Verdict, string> = { ok: '32', warn: '33', fail: '31' };

const linesOf = (findings: readonly Finding[], coloured: boolean): string => {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .map(({ verdict, name, message }) => {
      const word = verdict.padEnd(4);
      return `${coloured ? `\u001b[${colours[verdict]}m${word}\u001b[0m` : word}  ${name.padEnd(width)}  ${message}\n`;
    })
    .join('');
};

/** `hearth doctor`. */
export function addDoctorCommand({ program, context, exitWith }: CommandHost): void {
  const command = program.command('doctor');
  withSettings(command, ['data', 'host', 'port', 'basePath', 'publicUrl', 'trustedProxies'])
    .description('look for what is wrong with this installation; changes nothing')
    .option('--json', 'as JSON, for scripts')
    .action(async (options: { json?: true }) => {
      const { terminal } = context;
      const findings = await examine(context, command);
      terminal.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : linesOf(findings, terminal.isTerminal));
      if (findings.some(({ verdict }) => verdict === 'fail')) exitWith(1);
    });
}
