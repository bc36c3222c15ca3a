import { describe, expect, test } from 'bun:test';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { fail, Unreachable } from '@shared/kernel/errors.ts';
import { type Result, ok } from '@shared/kernel/result.ts';
import { CommandNotFound, ModuleFailed } from '@shared/modules/errors.ts';
import { createRoot, createSignal } from 'solid-js';
import { createCommandChoice } from '../../web/chat/composer/command-choice.ts';
import { createCommandRun } from '../../web/chat/composer/command-run.ts';
import { meant, nameBeingTyped } from '../../web/chat/composer/command-text.ts';
import { type KnownCommand, knownCommands, matchingCommands } from '../../web/chat/composer/known-commands.ts';

const command = (name: string, more: Partial<KnownCommand> = {}): KnownCommand => ({
  name,
  usage: '',
  description: '',
  module: 'dice',
  title: 'Dice',
  ...more,
});
const module = (id: string, names: string[], enabled = true) =>
  ({
    id,
    title: id,
    enabled,
    commands: names.map((name) => ({ name, usage: '', description: '' })),
  }) as unknown as ModuleInfo;

describe('a text', () => {
  test('that begins with a slash and a name is a command, with what follows', () => {
    expect(meant('/dice 2d6')).toEqual({ kind: 'command', name: 'dice', text: '2d6' });
    expect(meant('  /Dice\n two\nlines ')).toEqual({ kind: 'command', name: 'dice', text: 'two\nlines' });
    expect(meant('/x')).toEqual({ kind: 'command', name: 'x', text: '' });
  });

  test('is a message with two slashes, without a name, as a path, or with the slash elsewhere', () => {
    expect(meant('//dice 2d6')).toEqual({ kind: 'message', text: '/dice 2d6' });
    for (const text of ['/', '/ dice', '/etc/hosts', '/9', 'and/or', 'see /dice', `/${'a'.repeat(33)}`])
      expect(meant(text)).toEqual({ kind: 'message', text });
  });

  test('is a name being typed until something follows it', () => {
    expect(['/', '/D', '/dice', '/dice ', '//', 'x', '/9', '/ice-cream'].map(nameBeingTyped)).toEqual([
      '',
      'd',
      'dice',
      undefined,
      undefined,
      undefined,
      undefined,
      'ice-cream',
    ]);
  });
});

describe('the commands that are known', () => {
  test('are those of modules that are on, by name, each once', () => {
    const known = knownCommands([
      module('b', ['roll', 'flip']),
      module('a', ['roll', 'draw']),
      module('off', ['lost'], false),
    ]);
    expect(known.map(({ name, module: id }) => [name, id])).toEqual([
      ['draw', 'a'],
      ['flip', 'b'],
      ['roll', 'b'],
    ]);
  });

  test('match by their beginning first, then by what is in them', () => {
    const all = ['bad', 'lamp', 'lamps', 'slam'].map((name) => command(name));
    const names = (typed: string) => matchingCommands(all, typed).map(({ name }) => name);
    expect([names('lam'), names(''), names('q')]).toEqual([
      ['lamp', 'lamps', 'slam'],
      ['bad', 'lamp', 'lamps', 'slam'],
      [],
    ]);
  });
});

describe('the list of commands', () => {
  const listOf = (written: string) =>
    createRoot(() => {
      const [text, setText] = createSignal(written);
      const picked: string[] = [];
      const choice = createCommandChoice({
        text,
        commands: () => ['flip', 'roll', 'rolls'].map((name) => command(name)),
        onPick: ({ name }) => picked.push(name),
      });
      const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
        choice.onKeyDown({ key, preventDefault() {}, ...more } as KeyboardEvent);
      return { choice, setText, picked, press };
    });

  test('moves through all and round, and picks by Tab or Enter', () => {
    const { choice, picked, press } = listOf('/');
    expect(choice.current()?.name).toBe('flip');
    press('ArrowUp');
    expect(choice.current()?.name).toBe('rolls');
    press('ArrowDown');
    press('ArrowDown');
    expect([press('Tab'), picked]).toEqual([true, ['roll']]);
  });

  test('leaves Enter to the field where the whole name stands', () => {
    const { picked, press } = listOf('/roll');
    expect([press('Enter'), picked]).toEqual([false, []]);
    press('ArrowDown');
    expect([press('Enter'), picked]).toEqual([true, ['rolls']]);
  });

  test('closes on Escape until something else is typed, and takes no keys while it is closed', () => {
    const { choice, setText, press } = listOf('/r');
    expect([press('Escape'), choice.isOpen(), press('ArrowDown'), press('Enter')]).toEqual([true, false, false, false]);
    setText('/ro');
    expect(choice.isOpen()).toBe(true);
    setText('/ro ');
    expect(choice.isOpen()).toBe(false);
  });

  test('takes no keys that are meant otherwise', () => {
    const { press } = listOf('/r');
    expect(press('Tab', { shiftKey: true })).toBe(false);
    expect(press('Enter', { isComposing: true })).toBe(false);
    expect(press('x')).toBe(false);
  });
});

describe('running a command', () => {
  const house = (answers: Result<{ reply: string | null }>[], status = 'online', known?: KnownCommand[]) => {
    const asked: { input: unknown; key: string | undefined }[] = [];
    const done: unknown[] = [];
    let ids = 0;
    const runCommand = async (input: unknown, options?: { key?: string }) => {
      asked.push({ input, key: options?.key });
      return answers.shift() ?? fail(ModuleFailed);
    };
    const hearth = { api: { modules: { runCommand } }, state: { get: () => ({ connection: { status } }) } };
    const run = createCommandRun({
      hearth: hearth as unknown as Parameters<typeof createCommandRun>[0]['hearth'],
      roomId: 'room_kitchen',
      commands: () => known,
      newId: () => `key-${++ids}`,
      onDone: (...all) => done.push(all),
    });
    return { run, asked, done };
  };

  test('gives its answer, for the caller alone or none', async () => {
    const { run, asked, done } = house([ok({ reply: '6' }), ok({ reply: null })], 'online', [command('roll')]);
    await run.run('roll', 'd6');
    await run.run('roll', '');
    expect(asked[0]?.input).toEqual({ roomId: 'room_kitchen', command: 'roll', text: 'd6' });
    expect(done).toEqual([
      [{ name: 'roll', text: 'd6', module: 'dice' }, '6'],
      [{ name: 'roll', text: '', module: 'dice' }, null],
    ]);
    expect(run.refusal()).toBeUndefined();
  });

  test('that nobody knows is refused here, or by the server while the list is not there', async () => {
    const here = house([], 'online', [command('roll')]);
    await here.run.run('rol', '');
    expect([here.run.refusal(), here.asked]).toEqual([{ kind: 'unknown', name: 'rol' }, []]);
    const there = house([fail(CommandNotFound)]);
    await there.run.run('rol', '');
    expect(there.run.refusal()).toEqual({ kind: 'unknown', name: 'rol' });
  });

  test('without a connection asks nobody', async () => {
    const { run, asked, done } = house([], 'offline', [command('roll')]);
    await run.run('roll', '');
    expect([run.refusal(), asked, done]).toEqual([{ kind: 'offline' }, [], []]);
  });

  test('whose answer was lost runs again under the same key, another command under its own', async () => {
    const { run, asked } = house([fail(Unreachable), fail(Unreachable), ok({ reply: null }), ok({ reply: null })]);
    await run.run('roll', 'd6');
    expect(run.refusal()).toEqual({ kind: 'offline' });
    await run.run('roll', 'd6');
    await run.run('roll', 'd8');
    await run.run('roll', 'd6');
    expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1', 'key-2', 'key-3']);
  });

  test('that fails says why, until something else is written', async () => {
    const { run } = house([fail(ModuleFailed)]);
    await run.run('roll', '');
    expect(run.refusal()).toMatchObject({ kind: 'failed', error: { code: 'module.failed' } });
    run.forgive();
    expect(run.refusal()).toBeUndefined();
  });
});
