import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Instruction, parseDockerfile, type Stage } from '../support/dockerfile.ts';
import { startHearth } from '../support/hearth-process.ts';
import { root } from '../support/sources.ts';

setDefaultTimeout(60_000);

const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const [build, image] = stages as [Stage, Stage];
const all = (stage: Stage, keyword: string) => stage.instructions.filter((one) => one.keyword === keyword);
const only = (stage: Stage, keyword: string): Instruction => {
  const [found, ...more] = all(stage, keyword);
  if (!found || more.length > 0) throw new Error(`${keyword} should be there once`);
  return found;
};

describe('the Dockerfile', () => {
  test('has a stage that builds and one that holds nothing but what runs', () => {
    expect(stages).toHaveLength(2);
    expect(build.name).toBe('build');
    expect(image.from).toBe('scratch');
  });

  test('names a tagged base, and no registry', () => {
    expect(build.from).toMatch(/^[a-z]+:[\w.-]+$/);
    expect(build.from).not.toEndWith(':latest');
  });

  test('builds with the command of the README', () => {
    expect(all(build, 'RUN').map(({ text }) => text)).toContain('npm run build');
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('run build');
  });

  test('runs as a user without rights, by number, as a scratch image knows no names', () => {
    expect(only(image, 'USER').text).toMatch(/^[1-9]\d+:[1-9]\d+$/);
    expect(only(image, 'COPY').text).toContain(`--chown=${only(image, 'USER').text}`);
  });

  test('needs no shell to start or to be asked for its health', () => {
    expect(JSON.parse(only(image, 'ENTRYPOINT').text)).toEqual(['/hearth']);
    const [, command = ''] = /CMD (\[.*\])$/.exec(only(image, 'HEALTHCHECK').text) ?? [];
    expect(JSON.parse(command)).toEqual(['/hearth', 'health']);
  });

  test('keeps the data in a volume and says its port', () => {
    expect(only(image, 'VOLUME').text).toBe('/data');
    expect(only(image, 'ENV').text).toContain('HEARTH_DATA=/data');
    expect(only(image, 'EXPOSE').text).toBe('3000');
  });

  test('adds nothing from elsewhere', () => {
    expect(stages.flatMap((stage) => all(stage, 'ADD'))).toEqual([]);
    expect(only(build, 'COPY').text).toBe('. .');
    expect(only(image, 'COPY').text).toStartWith('--from=build ');
  });

  test('leaves what was installed, built or written here out of the build', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n');
    for (const path of ['node_modules', 'dist', 'web/dist', 'data', '.git']) expect(ignored).toContain(path);
  });
});

/** Only root may change the root folder, and not in every container. Without, the image is built but not entered. */
const mayMount = process.getuid?.() === 0 && Bun.spawnSync(['unshare', '--mount', 'true']).exitCode === 0;
const canBuild = process.platform === 'linux' && Bun.which('npm') !== null && Bun.which('git') !== null;

describe.if(canBuild)('the build stage, run as plain commands in a copy of the tree', () => {
  let tree: string;

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'hearth-image-'));
    await copyTree(tree);
    for (const { text } of all(build, 'RUN')) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-c', text], {
        cwd: tree,
        env: { HOME: process.env.HOME ?? tree, PATH: systemPath(), ...certificates() },
        stdin: 'ignore',
      });
      if (exitCode !== 0) throw new Error(`${text} ended with ${exitCode}: ${stdout.toString()}${stderr.toString()}`);
    }
  }, 300_000);

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test('makes an image of the binary, its libraries and two folders', async () => {
    const [, from = ''] = /^--from=build --chown=\S+ \/src\/(\S+) \/$/.exec(only(image, 'COPY').text) ?? [];
    expect(from).toBe('image');
    const top = await readdir(join(tree, from));
    expect(top.filter((name) => !name.startsWith('lib')).sort()).toEqual(['data', 'hearth', 'tmp']);
    expect(top.some((name) => name.startsWith('lib'))).toBe(true);
  });

  test.if(mayMount)('makes an image that serves with nothing else around it', async () => {
    const [user = '', group = ''] = only(image, 'USER').text.split(':');
    const folder = join(tree, 'image');
    const owned = Bun.spawnSync(['chown', '-R', `${user}:${group}`, folder]);
    expect(owned.exitCode).toBe(0);
    chmodSync(tree, 0o755);
    // A container has /proc too.
    mkdirSync(join(folder, 'proc'));
    const enter = `mount --rbind /proc ${folder}/proc && export PATH=$PATH:/usr/sbin:/sbin && exec chroot --userspec=${user}:${group} ${folder} "$@"`;
    const inside = ['/usr/bin/unshare', '--mount', '/bin/sh', '-c', enter, 'sh'];
    const env = { PATH: systemPath() };
    await using server = await startHearth({ command: [...inside, '/hearth'], data: '/data', cwd: tree, env });
    const page = await fetch(server.url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root">');
    expect(existsSync(join(folder, 'data', 'hearth.db'))).toBe(true);
    const health = Bun.spawnSync([...inside, '/hearth', 'health'], {
      env: { HEARTH_DATA: '/data', PATH: systemPath() },
    });
    expect(health.exitCode).toBe(0);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(
      Bun.spawnSync([...inside, '/hearth', 'health'], { env: { HEARTH_DATA: '/data', PATH: systemPath() } }).exitCode,
    ).toBe(1);
  });
});

/** The files that git knows or would take, which is what a checkout and the .dockerignore leave over. */
async function copyTree(target: string): Promise<void> {
  const listed = Bun.spawnSync(['git', 'ls-files', '-co', '--exclude-standard', '-z'], { cwd: root });
  for (const path of listed.stdout.toString().split('\0').filter(Boolean)) {
    if (existsSync(join(root, path))) await cp(join(root, path), join(target, path));
  }
  expect(existsSync(join(target, dirname('server/main.ts')))).toBe(true);
}

/** Without the project's own programs, which the image being built would not have either. */
function systemPath(): string {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return folders.join(':');
}

/** Machines behind a proxy of their own name its certificate this way. */
function certificates(): Record<string, string> {
  const named = process.env.NODE_EXTRA_CA_CERTS;
  return named ? { NODE_EXTRA_CA_CERTS: named } : {};
}
