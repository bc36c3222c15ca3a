/** @jsxImportSource solid-js/h */
import { hearth } from 'hearth:page';
import 'hearth:page.css';
import { createEffect, createMemo, createSignal, onCleanup } from 'solid-js';
import type { State } from './module.ts';
import './page.css';
import { mayPlayOn, type Mark } from './rules.ts';
import { words } from './words.ts';

await hearth.ready;
const w = words();
const [route, setRoute] = createSignal(hearth.route);
hearth.on('route', setRoute);

const markOf = ({ players }: State): Mark | null =>
  players.X.id === hearth.me.id ? 'X' : players.O?.id === hearth.me.id ? 'O' : null;
const winnerOf = ({ game, resigned }: State): Mark | null =>
  resigned ? (resigned === 'X' ? 'O' : 'X') : game.outcome === 'draw' ? null : game.outcome;
const nameOf = ({ players }: State, mark: Mark): string => players[mark]?.name ?? '…';
const isOver = ({ game, resigned }: State): boolean => resigned !== null || game.outcome !== null;
const statusOf = (state: State): string => {
  if (isOver(state)) {
    const winner = winnerOf(state);
    return winner ? w.won(nameOf(state, winner)) : w.draw;
  }
  if (!state.players.O) return w.waiting;
  if (state.game.turn !== markOf(state)) return w.theirTurn(nameOf(state, state.game.turn));
  return state.game.next === null ? `${w.yourTurn} ${w.anywhere}` : `${w.yourTurn}: ${w.board(state.game.next + 1)}`;
};

async function act(name: string, input: Record<string, unknown>): Promise<State | undefined> {
  const result = await hearth.call<State>(name, input);
  if (!result.ok) hearth.notify(result.error.message, 'danger');
  return result.ok ? result.data : undefined;
}

/** Made once and kept: what has the focus keeps it while the game goes on. */
function Cell(state: () => State, board: number, cell: number) {
  const mark = () => state().game.boards[board]?.cells[cell] ?? '';
  const isFree = () =>
    !isOver(state()) &&
    state().players.O !== null &&
    state().game.turn === markOf(state()) &&
    mark() === '' &&
    mayPlayOn(state().game, board);
  const isLast = () => state().last?.board === board && state().last?.cell === cell;
  return (
    <button
      type="button"
      class={() => `cell cell--${mark() || 'free'} ${isFree() ? '' : 'cell--closed'} ${isLast() ? 'cell--last' : ''}`}
      aria-disabled={() => !isFree()}
      aria-label={() => w.cell(cell + 1, mark())}
      onClick={() => isFree() && void act('move', { id: state().id, board, cell })}
    >
      {mark}
    </button>
  );
}

function Boards(state: () => State) {
  return (
    <div class="boards">
      {Array.from({ length: 9 }, (_, board) => {
        const outcome = () => state().game.boards[board]?.outcome ?? null;
        const isOpen = () => !isOver(state()) && mayPlayOn(state().game, board);
        return (
          <div
            role="group"
            aria-label={w.board(board + 1)}
            class={() => `board ${isOpen() ? 'board--open' : ''} ${outcome() ? `board--${outcome()}` : ''}`}
          >
            {Array.from({ length: 9 }, (_, cell) => Cell(state, board, cell))}
            {() => {
              const won = outcome();
              return won && won !== 'draw' ? <span class="board-mark">{won}</span> : null;
            }}
          </div>
        );
      })}
    </div>
  );
}

function Resign(props: { id: string }) {
  const [sure, setSure] = createSignal(false);
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => (sure() ? void act('resign', { id: props.id }) : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {() => (sure() ? w.reallyResign : w.resign)}
    </button>
  );
}

function GameView(props: { id: string }) {
  const [state, setState] = createSignal<State>();
  const [problem, setProblem] = createSignal('');
  const stop = new AbortController();
  onCleanup(() => stop.abort());
  const follow = async () => {
    for await (const { event, data } of hearth.stream<State>('watch', { id: props.id }, { signal: stop.signal }))
      if (event === 'state') setState(data);
    if (!stop.signal.aborted) setProblem(state() ? w.lost : w.gone);
  };
  void follow();
  createEffect(() => {
    const shown = state();
    if (shown) hearth.setTitle(statusOf(shown));
  });
  const isThere = createMemo(() => state() !== undefined);
  const shown = () => state() as State;
  return (
    <section class="game">
      <p>
        <button type="button" class="quiet" onClick={() => hearth.setRoute('')}>
          ← {w.all}
        </button>
      </p>
      {() => (problem() ? <p role="alert">{problem()}</p> : null)}
      {() => {
        if (!isThere()) return problem() ? null : <p role="status">…</p>;
        return (
          <div>
            <p class="players">
              <b class="mark-X">X</b> {() => nameOf(shown(), 'X')} <span class="faint">{w.versus}</span>{' '}
              <b class="mark-O">O</b> {() => nameOf(shown(), 'O')}
            </p>
            <p class="status" role="status">
              {() => statusOf(shown())}
            </p>
            {Boards(shown)}
            <p class="actions">
              {() =>
                !shown().players.O && !markOf(shown()) ? (
                  <button type="button" class="main" onClick={() => void act('join', { id: props.id })}>
                    {w.join}
                  </button>
                ) : null
              }
              {() => (markOf(shown()) && !isOver(shown()) ? <Resign id={props.id} /> : null)}
              {() =>
                isOver(shown()) ? (
                  <button type="button" class="main" onClick={() => hearth.setRoute('')}>
                    {w.again}
                  </button>
                ) : null
              }
              <span class="faint">{() => w.watching(shown().watching)}</span>
            </p>
          </div>
        );
      }}
    </section>
  );
}

function Lobby() {
  const [games, setGames] = createSignal<State[]>([]);
  const [rooms, setRooms] = createSignal<{ id: string; name: string }[]>();
  const load = async () => {
    const mine = await hearth.call<State[]>('games');
    if (mine.ok) setGames(mine.data);
    const joined = await hearth.call<{ id: string; name: string; kind: string }[]>('chat.listRooms');
    if (joined.ok) setRooms(joined.data.filter(({ kind }) => kind !== 'direct'));
    else hearth.notify(joined.error.message, 'danger');
  };
  void load();
  hearth.setTitle(w.title);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const roomId = new FormData(event.target as HTMLFormElement).get('room');
    const game = await act('invite', { roomId });
    if (game) hearth.setRoute(game.id);
  };
  return (
    <section>
      <h1 class="visually-hidden">{w.title}</h1>
      <h2>{w.invite}</h2>
      {() =>
        rooms()?.length === 0 ? (
          <p class="faint">{w.noRooms}</p>
        ) : (
          <form class="actions" onSubmit={(event: SubmitEvent) => void start(event)}>
            <label>
              {w.room}{' '}
              <select name="room" required>
                {(rooms() ?? []).map(({ id, name }) => (
                  <option value={id}>{name}</option>
                ))}
              </select>
            </label>
            <button class="main" disabled={!rooms()}>
              {w.start}
            </button>
          </form>
        )
      }
      <h2>{w.yours}</h2>
      {() => (games().length === 0 ? <p class="faint">{w.none}</p> : null)}
      <ul class="list games">
        {() =>
          games().map((game) => (
            <li>
              <button type="button" class="quiet" onClick={() => hearth.setRoute(game.id)}>
                {game.players.X.name} {w.versus} {game.players.O?.name ?? '…'}
                <span class="faint"> · {statusOf(game)}</span>
              </button>
            </li>
          ))
        }
      </ul>
    </section>
  );
}

export default function Page() {
  return <main>{() => (route() ? <GameView id={route()} /> : <Lobby />)}</main>;
}
