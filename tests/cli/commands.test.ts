import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { settings } from '../../server/config.ts';
import { version } from '../../server/version.ts';
import { runHearth } from './command.ts';
import { temporaryFolder } from '../support/folder.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(30_000);

describe('the command line', () => {
  test('shows all commands, and each setting with its variable', async () => {
    using folder = temporaryFolder();
    const [all, serve] = await Promise.all([
      runHearth(['--help'], { cwd: folder.path }),
      runHearth(['serve', '--help'], { cwd: folder.path }),
    ]);
    expect([all.code, serve.code]).toEqual([0, 0]);
    for (const name of ['serve', 'user', 'invite', 'backup', 'restore', 'doctor', 'health', 'version'])
      expect(all.out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const { flag, variable } of Object.values(settings)) {
      expect(serve.out).toContain(`--${flag} `);
      expect(serve.out).toContain(`[${variable}]`);
    }
  });

  test.each([['version'], ['--version']])('tells its version by %s', async (argument) => {
    using folder = temporaryFolder();
    const { code, out } = await runHearth([argument], { cwd: folder.path });
    expect(code).toBe(0);
    expect(out).toStartWith(`hearth ${version}`);
  });

  const wrong: [string[], Record<string, string>, string][] = [
    [['sreve'], {}, 'sreve'],
    [['--prot', '80'], {}, '--port'],
    [['serve', 'now'], {}, 'now'],
    [['--port', 'many'], {}, '--port'],
    [[], { HEARTH_PORT: 'many' }, 'HEARTH_PORT'],
    [[], { HEARTH_TRUSTED_PROXY: '10.0.0.0/40' }, 'HEARTH_TRUSTED_PROXY'],
    [['--trusted-proxy', '10.0.0.1', 'nobody'], {}, '--trusted-proxy'],
    [['user', 'list'], { HEARTH_BASE_PATH: '/..' }, 'HEARTH_BASE_PATH'],
    [['user', 'remove'], {}, 'remove'],
    [['user', 'add'], {}, 'email'],
    [['user', 'add', 'nobody'], {}, 'nobody'],
    [['user', 'add', 'a@example.org', '--role', 'king'], {}, 'king'],
    [['user', 'list'], {}, 'data'],
    [['invite', '--expires', 'soon'], {}, '--expires'],
    [['invite', '--max-uses', '0'], {}, '--max-uses'],
    [['backup'], {}, 'file'],
    [['backup', 'x', '--passphrase-file', 'y'], {}, '--with-keys'],
  ];
  test.each(wrong)(
    '%p with %p cannot start: one line that names the mistake, exit code 2, nothing made',
    async (args, env, named) => {
      using folder = temporaryFolder();
      const { code, out, err } = await runHearth(args, { cwd: folder.path, env });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^hearth: [^\n]+\n$/);
      expect(err).toContain(named);
      expect(readdirSync(folder.path)).toEqual([]);
    },
  );
});
