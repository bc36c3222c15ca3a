import { readdirSync } from 'node:fs';

/** A platform that Hearth is built for, and the npm package that holds Bun for it. */
export interface Target {
  name: string;
  os: 'linux' | 'darwin' | 'win32';
  cpu: 'x64' | 'arm64';
  musl: boolean;
  package: string;
}

const define = (name: string, os: Target['os'], cpu: Target['cpu'], suffix: string, musl = false): Target => ({
  name,
  os,
  cpu,
  musl,
  package: `@oven/bun-${suffix}`,
});

export const targets: readonly Target[] = [
  define('linux-x64', 'linux', 'x64', 'linux-x64'),
  define('linux-arm64', 'linux', 'arm64', 'linux-aarch64'),
  define('linux-x64-musl', 'linux', 'x64', 'linux-x64-musl', true),
  define('linux-arm64-musl', 'linux', 'arm64', 'linux-aarch64-musl', true),
  define('darwin-x64', 'darwin', 'x64', 'darwin-x64'),
  define('darwin-arm64', 'darwin', 'arm64', 'darwin-aarch64'),
  define('windows-x64', 'win32', 'x64', 'windows-x64'),
];

/** The platform this process runs on, if Hearth is built for it. */
export function hostTarget(): Target | undefined {
  const musl = process.platform === 'linux' && usesMusl();
  return targets.find(({ os, cpu, ...t }) => os === process.platform && cpu === process.arch && t.musl === musl);
}

const usesMusl = () => readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));

/** The file that a build for a target makes; the build for this machine is plainly `hearth`. */
export function fileName(target?: Target): string {
  const name = target ? `hearth-${target.name}` : 'hearth';
  return (target?.os ?? process.platform) === 'win32' ? `${name}.exe` : name;
}
