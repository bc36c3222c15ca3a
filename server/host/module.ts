import { RoomNotFound } from '@shared/chat/errors.ts';
import type { RoomMember } from '@shared/chat/schema.ts';
import { fail, Forbidden, Invalid } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import { modules as contract } from '@shared/modules/contract.ts';
import { CommandNotFound, ModuleNotFound, ScopeUnknown } from '@shared/modules/errors.ts';
import type { ModuleInfo, ModuleSettings } from '@shared/modules/schema.ts';
import type { Hub } from '../hub/hub.ts';
import type { Context } from '../modules/context.ts';
import { reaches, type Role } from '../modules/identity.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import type { Registry } from '../modules/registry.ts';
import type { Clock } from '../platform/clock.ts';
import { infoOf, isShownToAll } from './info.ts';
import { SettingsRefused } from './instance.ts';
import type { Life } from './life.ts';
import type { Public } from './public.ts';
import type { Records } from './records.ts';
import type { Seals } from './secrets.ts';
import { changeSettings, settingsView } from './settings.ts';
import { withinTime } from './within-time.ts';

export interface ModulesModuleDeps {
  clock: Clock;
  hub: Pick<Hub, 'journal'>;
  records: Records;
  seals: Seals;
  registry: () => Registry;
  face: Public;
  isTrusted: (id: string) => boolean;
  /** Whether modules run, or somebody merely looks at the data folder. */
  isRunning: () => boolean;
  /** Modules whose folders are there. */
  lives: () => readonly Life[];
  start: () => void;
  stop: () => Promise<void>;
}

/**
 * Milliseconds that a list waits for modules that nobody has looked at yet. Where they run it is asked for again when one
 * changes; a command asks once.
 */
const LOOK = 2000;
const LOOK_ONCE = 60_000;

/** Who has a role in the team: strangers have none, and functions of modules are not for them. */
const roleOf = ({ role }: Context): Role => (role === 'public' ? 'guest' : role);

/** What people do with modules: look at them, switch them, set them up. */
export function modulesModule(deps: ModulesModuleDeps): ServerModule<typeof contract> {
  const { clock, hub, records, seals, registry, face, isTrusted, isRunning, lives, start, stop } = deps;

  const find = (id: string): Life | undefined => lives().find((life) => life.id === id);
  const describe = (ctx: Context, life: Life): ModuleInfo =>
    infoOf(life, { role: roleOf(ctx), trusted: isTrusted(life.id), pageProblem: face.pageProblem(life.id) });

  /** Stores the switch with its event; the module hears of it after the commit. */
  const toggle = (ctx: Context, id: string, enabled: boolean, granted?: readonly string[]): Promise<Result<object>> =>
    ctx.write(async (tx) => {
      const before = await records.change(tx, id, { enabled, ...(granted ? { granted } : {}) });
      if (before.enabled !== enabled) {
        const payload = { plugin: id, enabled };
        ctx.journalled(await hub.journal.emit(tx, 'global', 'plugin_toggled', payload, ctx.actor));
      }
      return ok({});
    });

  const enable = async (
    ctx: Context,
    { id, grant }: { id: string; grant?: readonly string[] | undefined },
  ): Promise<Result<ModuleInfo>> => {
    const life = find(id);
    if (!life) return fail(ModuleNotFound);
    await life.known();
    const asked = life.description?.permissions ?? [];
    const unknown = grant?.find((scope) => !asked.includes(scope));
    if (unknown !== undefined) return fail(ScopeUnknown, { scope: unknown });
    const stored = await toggle(ctx, id, true, grant ?? asked);
    if (!stored.ok) return stored;
    await life.switchedOn();
    return ok(describe(ctx, life));
  };

  const disable = async (ctx: Context, { id }: { id: string }): Promise<Result<ModuleInfo>> => {
    const life = find(id);
    if (!life) return fail(ModuleNotFound);
    const stored = await toggle(ctx, id, false);
    if (!stored.ok) return stored;
    if (!life.isEnabled) life.switchedOff();
    return ok(describe(ctx, life));
  };

  const view = (life: Life): ModuleSettings =>
    settingsView(life.id, life.settings, records.get(life.id).settings, seals);

  const refused = ({ log }: Life, error: Error): Err =>
    fail(Invalid, undefined, {
      issues:
        error instanceof SettingsRefused
          ? [...error.issues]
          : [{ path: '', code: 'custom', params: { reason: log.cleaned(error.message) } }],
    });

  const updateSettings = async (
    ctx: Context,
    { id, values }: { id: string; values: Record<string, unknown> },
  ): Promise<Result<ModuleSettings>> => {
    const life = find(id);
    if (!life) return fail(ModuleNotFound);
    await life.known();
    let unfit: Err | undefined;
    const error = await life.change(() => {
      const changed = changeSettings(id, life.settings, records.get(id).settings, values, seals);
      if (!changed.ok) {
        unfit = changed;
        return undefined;
      }
      return {
        settings: changed.data,
        async commit() {
          await ctx.write(async (tx) => {
            await records.change(tx, id, { settings: changed.data });
            return ok({});
          });
        },
      };
    });
    return unfit ?? (error ? refused(life, error) : ok(view(life)));
  };

  const isIn = async ({ identity, request, signal }: Context, roomId: string): Promise<Result<object>> => {
    if (!identity) return fail(Forbidden);
    const members = await registry().call({ identity, request, signal }, 'chat', 'members', { roomId });
    if (!members.ok) return fail(RoomNotFound);
    return (members.data as RoomMember[]).some(({ userId }) => userId === identity.userId) ? ok({}) : fail(Forbidden);
  };

  const runCommand = async (
    ctx: Context,
    { roomId, command, text }: { roomId: string; command: string; text: string },
  ): Promise<Result<{ reply: string | null }>> => {
    const admitted = await isIn(ctx, roomId);
    if (!admitted.ok) return admitted;
    const offers = ({ description }: Life): boolean => {
      const access = description?.commands[command]?.access;
      return access !== undefined && (access === 'public' || reaches(roleOf(ctx), access));
    };
    const life = lives().find((each) => isShownToAll(each) && offers(each));
    if (!life) return fail(CommandNotFound);
    const entered = await life.enter();
    if (!entered.ok) return entered;
    const answered = await entered.data.command(ctx, command, { roomId, text });
    return answered.ok ? ok({ reply: answered.data }) : answered;
  };

  return implement(
    contract,
    {
      async list(ctx) {
        const isAdmin = roleOf(ctx) === 'admin';
        const there = lives().toSorted((a, b) => (a.id < b.id ? -1 : 1));
        const looked = Promise.all(there.map((life) => (isAdmin ? life.seen() : undefined)));
        await withinTime(clock, isRunning() ? LOOK : LOOK_ONCE, looked, () => []);
        return ok(there.filter((life) => isAdmin || isShownToAll(life)).map((life) => describe(ctx, life)));
      },
      enable,
      disable,
      async settings(_, { id }) {
        const life = find(id);
        if (!life) return fail(ModuleNotFound);
        await life.known();
        return ok(view(life));
      },
      updateSettings,
      log: (_, { id, limit }) => {
        const life = find(id);
        return life ? ok(life.log.newest(limit)) : fail(ModuleNotFound);
      },
      async watchLog(ctx, { id, lines: before }) {
        const life = find(id);
        if (!life) return fail(ModuleNotFound);
        const lines = async function* () {
          for await (const line of life.log.watch(ctx.signal, before)) yield { event: 'line' as const, data: line };
        };
        return ok(lines());
      },
      async page(ctx, { id }) {
        const life = find(id);
        return life ? face.openPage(ctx, life) : fail(ModuleNotFound);
      },
      runCommand,
    },
    {
      channels: [
        {
          prefix: 'module',
          kind: 'ephemeral',
          maySubscribe: (_, channel) => {
            const life = find(channel.slice('module:'.length));
            return life !== undefined && isShownToAll(life);
          },
          onOccupied: (channel) => face.occupied(channel, true),
          onVacant: (channel) => face.occupied(channel, false),
        },
      ],
      start,
      stop,
    },
  );
}
