import type { CallContext, Result } from 'hearth:sdk';
import { createChanges, defineError, defineModule, fail, fn, ok, stream, z } from 'hearth:sdk';
import { type Game, type Mark, newGame, play, resign } from './rules.ts';

const GameNotFound = defineError('game.not_found', 404, 'There is no such game');
const NotYourTurn = defineError('game.not_your_turn', 409, 'It is the other player’s turn');
const NotPlaying = defineError('game.not_playing', 403, 'Only the two players may do this');
const AgainstRules = defineError('game.against_rules', 422, 'The rules do not allow this move');
const Full = defineError('game.full', 409, 'Two people play already: you may watch');
const Over = defineError('game.over', 409, 'The game is over');

const Player = z.object({ id: z.string(), name: z.string() });
const State = z.object({
  id: z.string(),
  players: z.object({ X: Player, O: Player.nullable() }),
  game: z.custom<Game>(),
  last: z.object({ board: z.number(), cell: z.number() }).nullable(),
  watching: z.number(),
});
export type State = z.infer<typeof State>;
type Stored = Omit<State, 'watching'>;

const ById = z.object({ id: z.string() });
const Place = z.number().int().min(0).max(8);
const errors = [GameNotFound, NotPlaying, NotYourTurn, AgainstRules, Full, Over];
/** Whatever people do in a game is answered with its new state. */
const action = { access: 'guest', effect: 'write', output: State, errors } as const;

/** Of each game, by its id. */
const changes = createChanges();
const seen = (stored: Stored): State => ({ ...stored, watching: changes.following(stored.id) });

const load = (ctx: CallContext, id: string): Stored | undefined => {
  const row = ctx.db.query<{ state: string }, [string]>('SELECT state FROM games WHERE id = ?').get(id);
  return row ? (JSON.parse(row.state) as Stored) : undefined;
};

function store(ctx: CallContext, stored: Stored): State {
  const insert = ctx.db.query('INSERT OR REPLACE INTO games (id, state, changed_at) VALUES (?, ?, ?)');
  insert.run(stored.id, JSON.stringify(stored), Date.now());
  changes.tell(stored.id);
  return seen(stored);
}

/** Changes a game unless it is over, and tells everybody who watches. */
function change(
  ctx: CallContext,
  id: string,
  step: (stored: Stored, mark: Mark | undefined) => Result<Stored>,
): Result<State> {
  const stored = load(ctx, id);
  if (!stored) return fail(GameNotFound);
  if (stored.game.outcome) return fail(Over);
  const { X, O } = stored.players;
  const mark = ctx.user?.id === X.id ? 'X' : ctx.user && ctx.user.id === O?.id ? 'O' : undefined;
  const next = step(stored, mark);
  return next.ok ? ok(store(ctx, next.data)) : next;
}

async function invite(ctx: CallContext, roomId: string): Promise<Result<State>> {
  const { user } = ctx;
  if (!user) return fail(NotPlaying);
  const id = crypto.randomUUID().slice(0, 8);
  const text = `**${user.name}** wants to play Ultimate Tic-Tac-Toe: [join or watch](/modules/ultimate-tic-tac-toe#${id})`;
  const posted = await ctx.hearth.chat.postMessage({ roomId: roomId as `room_${string}`, clientId: `ttt-${id}`, text });
  if (!posted.ok) return posted;
  const players = { X: { id: user.id, name: user.name }, O: null };
  return ok(store(ctx, { id, players, game: newGame(), last: null }));
}

/** A live game: state in the module's own database, changes to everybody by a stream. */
export default defineModule({
  id: 'ultimate-tic-tac-toe',
  version: '1.0.0',
  title: 'Ultimate Tic-Tac-Toe',
  description: 'A game for two, invited into a room, with everybody else watching.',
  engine: '^1.0.0',
  permissions: ['chat:read', 'chat:write'],
  page: './page.tsx',
  migrations: ['CREATE TABLE games (id TEXT PRIMARY KEY, state TEXT NOT NULL, changed_at INTEGER NOT NULL)'],

  functions: {
    invite: fn(
      { ...action, summary: 'Starts a game and invites a room to it.', input: z.object({ roomId: z.string() }) },
      (ctx, { roomId }) => invite(ctx, roomId),
    ),
    join: fn({ ...action, summary: 'Takes the second seat.', input: ById }, (ctx, { id }) =>
      change(ctx, id, (stored, mark) => {
        if (mark || !ctx.user) return ok(stored);
        if (stored.players.O) return fail(Full);
        return ok({ ...stored, players: { ...stored.players, O: { id: ctx.user.id, name: ctx.user.name } } });
      }),
    ),
    move: fn(
      { ...action, summary: 'Plays a cell of a board.', input: ById.extend({ board: Place, cell: Place }) },
      (ctx, { id, board, cell }) =>
        change(ctx, id, (stored, mark) => {
          if (!mark || !stored.players.O) return fail(NotPlaying);
          if (stored.game.turn !== mark) return fail(NotYourTurn);
          const game = play(stored.game, board, cell);
          return game ? ok({ ...stored, game, last: { board, cell } }) : fail(AgainstRules);
        }),
    ),
    resign: fn({ ...action, summary: 'Gives the game up.', input: ById }, (ctx, { id }) =>
      change(ctx, id, (stored, mark) => (mark ? ok({ ...stored, game: resign(stored.game, mark) }) : fail(NotPlaying))),
    ),
    games: fn(
      { access: 'guest', effect: 'read', summary: 'The caller’s newest games.', output: z.array(State) },
      (ctx) =>
        ok(
          ctx.db
            .query<{ state: string }, [string]>(
              `SELECT state FROM games WHERE ?1 IN (state ->> '$.players.X.id', state ->> '$.players.O.id') ORDER BY changed_at DESC LIMIT 20`,
            )
            .all(ctx.user?.id ?? '')
            .map(({ state }) => seen(JSON.parse(state) as Stored)),
        ),
    ),
  },

  streams: {
    watch: stream(
      {
        access: 'guest',
        summary: 'A game as it goes on.',
        input: ById,
        events: { state: State },
        errors: [GameNotFound],
      },
      async function* (ctx, { id }) {
        // The others see one more who looks, and one less in the end.
        changes.tell(id);
        try {
          for await (const _ of changes.follow(ctx.signal, id)) {
            const stored = load(ctx, id);
            if (!stored) return;
            yield { event: 'state', data: seen(stored) };
          }
        } finally {
          changes.tell(id);
        }
      },
    ),
  },

  commands: {
    ttt: {
      description: 'Start a game of Ultimate Tic-Tac-Toe in this room',
      run: async (ctx, { roomId }) => {
        const started = await invite(ctx, roomId);
        return started.ok ? ok(null) : started;
      },
    },
  },

  schedules: {
    forget: {
      everySeconds: 24 * 60 * 60,
      run: (ctx) => void ctx.db.run('DELETE FROM games WHERE changed_at < ?', [Date.now() - 90 * 24 * 60 * 60 * 1000]),
    },
  },
});
