/** Nine small boards in a three by three grid. Boards and cells count from 0, row by row. */
export type Mark = 'X' | 'O';
export type Outcome = Mark | 'draw' | null;

export interface Board {
  cells: (Mark | null)[];
  outcome: Outcome;
}

export interface Game {
  boards: Board[];
  turn: Mark;
  /** The board that the next move has to be on; null: any that is not decided. */
  next: number | null;
  outcome: Outcome;
  moves: number;
}

export const newGame = (): Game => ({
  boards: Array.from({ length: 9 }, () => ({ cells: Array.from({ length: 9 }, () => null), outcome: null })),
  turn: 'X',
  next: null,
  outcome: null,
  moves: 0,
});

const lines = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
] as const;

/** Three in a row win; a grid without a free place is a draw. */
const outcomeOf = (places: readonly (Outcome | 'free')[]): Outcome => {
  for (const [a, b, c] of lines) {
    const mark = places[a];
    if ((mark === 'X' || mark === 'O') && places[b] === mark && places[c] === mark) return mark;
  }
  return places.every((place) => place !== 'free') ? 'draw' : null;
};

const otherOf = (mark: Mark): Mark => (mark === 'X' ? 'O' : 'X');

export const mayPlayOn = (game: Game, board: number): boolean =>
  game.outcome === null && game.boards[board]?.outcome === null && (game.next === null || game.next === board);

/** The game after one of the two gave it up. */
export const resign = (game: Game, mark: Mark): Game => ({ ...game, outcome: otherOf(mark) });

/** The game after a move of whose turn it is; undefined where the rules forbid it. The given game stays as it is. */
export function play(game: Game, board: number, cell: number): Game | undefined {
  const target = game.boards[board];
  if (!target || !mayPlayOn(game, board) || target.cells[cell] !== null) return undefined;
  const cells = target.cells.with(cell, game.turn);
  const boards = game.boards.with(board, { cells, outcome: outcomeOf(cells.map((mark) => mark ?? 'free')) });
  return {
    boards,
    turn: otherOf(game.turn),
    next: boards[cell]?.outcome === null ? cell : null,
    outcome: outcomeOf(boards.map(({ outcome }) => outcome ?? 'free')),
    moves: game.moves + 1,
  };
}
