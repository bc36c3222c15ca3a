/** @jsxImportSource solid-js/h */
import { hearth } from 'hearth:page';
import 'hearth:page.css';
import { createMemo, createSignal, onCleanup } from 'solid-js';
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
const nameOf = ({ players }: State, mark: Mark): string => players[mark]?.name ?? '…';
const statusOf = (state: State): string => {
  const { outcome, turn, next } = state.game;
  if (outcome) return outcome === 'draw' ? w.draw : w.won(nameOf(state, outcome));
  if (!state.players.O) return w.waiting;
  if (turn !== markOf(state)) return w.theirTurn(nameOf(state, turn));
  return next === null ? `${w.yourTurn} ${w.anywhere}` : `${w.yourTurn}: ${w.board(next + 1)}`;
};

async function act(name: string, input: Record<string, unknown>): Promise<State | undefined> {
  const result = await hearth.call<State>(name, input);
  if (!result.ok) hearth.notify(result.error.message, 'danger');
  return result.ok ? result.data : undefined;
}

const toLobby = (): void => hearth.setRoute('');
const button = (look: 'main' | 'quiet', label: string, press: () => void) => (
  <button type="button" class={look} onClick={press}>
    {label}
  </button>
);

/** Made once and kept: what has the focus keeps it while the game goes on. */
function Cell(state: () => State, board: number, cell: number) {
  const mark = () => state().game.boards[board]?.cells[cell] ?? '';
  const isFree = () => {
    const { game, players } = state();
    return players.O !== null && game.turn === markOf(state()) && mark() === '' && mayPlayOn(game, board);
  };
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

function Board(state: () => State, board: number) {
  const outcome = () => state().game.boards[board]?.outcome ?? null;
  const isOpen = () => mayPlayOn(state().game, board);
  return (
    <div
      role="group"
      aria-label={w.board(board + 1)}
      class={() => `board ${isOpen() ? 'board--open' : ''} ${outcome() ? `board--${outcome()}` : ''}`}
    >
      {Array.from({ length: 9 }, (_, cell) => Cell(state, board, cell))}
      {() => outcome() && outcome() !== 'draw' && <span class="board-mark">{outcome}</span>}
    </div>
  );
}

function Resign(id: string) {
  const [sure, setSure] = createSignal(false);
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => (sure() ? void act('resign', { id }) : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {() => (sure() ? w.reallyResign : w.resign)}
    </button>
  );
}

/** Memos, so that a button is not made anew, and loses the focus, whenever somebody moves. */
function Table(id: string, state: () => State) {
  const isSeatFree = createMemo(() => !state().players.O && !markOf(state()));
  const isOver = createMemo(() => state().game.outcome !== null);
  const mayResign = createMemo(() => markOf(state()) !== null && !isOver());
  return (
    <div>
      <p class="players">
        <b class="mark-X">X</b> {() => nameOf(state(), 'X')} <span class="faint">{w.versus}</span>{' '}
        <b class="mark-O">O</b> {() => nameOf(state(), 'O')}
      </p>
      <p class="status" role="status">
        {() => statusOf(state())}
      </p>
      <div class="boards">{Array.from({ length: 9 }, (_, board) => Board(state, board))}</div>
      <p class="actions">
        {() => isSeatFree() && button('main', w.join, () => void act('join', { id }))}
        {() => mayResign() && Resign(id)}
        {() => isOver() && button('main', w.again, toLobby)}
        <span class="faint">{() => w.watching(state().watching)}</span>
      </p>
    </div>
  );
}

function GameView(id: string) {
  const [state, setState] = createSignal<State>();
  const [problem, setProblem] = createSignal('');
  const stop = new AbortController();
  onCleanup(() => stop.abort());
  const follow = async () => {
    for await (const { event, data } of hearth.stream<State>('watch', { id }, { signal: stop.signal })) {
      if (event !== 'state') continue;
      setState(data);
      hearth.setTitle(statusOf(data));
    }
    if (!stop.signal.aborted) setProblem(state() ? w.lost : w.gone);
  };
  void follow();
  const isThere = createMemo(() => state() !== undefined);
  return (
    <section class="game">
      <p>{button('quiet', `← ${w.all}`, toLobby)}</p>
      {() => problem() && <p role="alert">{problem}</p>}
      {() => (isThere() ? Table(id, state as () => State) : !problem() && <p role="status">…</p>)}
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
      {() => games().length === 0 && <p class="faint">{w.none}</p>}
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
  return <main>{() => (route() ? GameView(route()) : Lobby())}</main>;
}
