import { readdirSync } from 'node:fs';

/** A platform that Hearth is built for, and the package that holds Bun for it. */
export interface Target {
  name: string;
  os: 'linux' | 'darwin' | 'win32';
  cpu: 'x64' | 'arm64';
  musl: boolean;
  /** What `Bun.build` calls it: says which file format to write. */
  bun: Bun.Build.CompileTarget;
  package: string;
}

type Row = [Target['name'], Target['os'], Target['cpu'], Target['bun'], Target['package']];

const rows: readonly Row[] = [
  ['linux-x64', 'linux', 'x64', 'bun-linux-x64', '@oven/bun-linux-x64'],
  ['linux-arm64', 'linux', 'arm64', 'bun-linux-arm64', '@oven/bun-linux-aarch64'],
  ['linux-x64-musl', 'linux', 'x64', 'bun-linux-x64-musl', '@oven/bun-linux-x64-musl'],
  ['linux-arm64-musl', 'linux', 'arm64', 'bun-linux-arm64-musl', '@oven/bun-linux-aarch64-musl'],
  ['darwin-x64', 'darwin', 'x64', 'bun-darwin-x64', '@oven/bun-darwin-x64'],
  ['darwin-arm64', 'darwin', 'arm64', 'bun-darwin-arm64', '@oven/bun-darwin-aarch64'],
  ['windows-x64', 'win32', 'x64', 'bun-windows-x64', '@oven/bun-windows-x64'],
];

export const targets: readonly Target[] = rows.map(([name, os, cpu, bun, locked]) => ({
  name,
  os,
  cpu,
  bun,
  package: locked,
  musl: name.endsWith('-musl'),
}));

/** The platform this process runs on, if Hearth is built for it. */
export function hostTarget(): Target | undefined {
  const musl = process.platform === 'linux' && usesMusl();
  return targets.find((t) => t.os === process.platform && t.cpu === process.arch && t.musl === musl);
}

const usesMusl = () => readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));

/** The file that a build for a target makes; the build for this machine is plainly `hearth`. */
export function fileName(target?: Target): string {
  const name = target ? `hearth-${target.name}` : 'hearth';
  return (target?.os ?? process.platform) === 'win32' ? `${name}.exe` : name;
}
