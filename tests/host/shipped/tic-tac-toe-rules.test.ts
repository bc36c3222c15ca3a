import { describe, expect, test } from 'bun:test';
import { assert, infiniteStream, nat, property } from 'fast-check';
import {
  type Game,
  mayPlayOn,
  newGame,
  play,
  resign,
} from '../../../server/host/shipped/ultimate-tic-tac-toe/rules.ts';

const after = (...moves: [board: number, cell: number][]): Game => {
  let game = newGame();
  for (const [board, cell] of moves) {
    const next = play(game, board, cell);
    if (!next) throw new Error(`${board}/${cell} is against the rules`);
    game = next;
  }
  return game;
};

describe('ultimate tic-tac-toe', () => {
  test('X begins, anywhere; the cell names the board of the answer', () => {
    expect(newGame()).toMatchObject({ turn: 'X', next: null, outcome: null, moves: 0 });
    const game = after([4, 2]);
    expect(game).toMatchObject({ turn: 'O', next: 2, moves: 1 });
    expect(game.boards[4]?.cells[2]).toBe('X');
    expect(play(game, 3, 0)).toBeUndefined();
    expect(play(game, 2, 0)).toBeDefined();
  });

  test('a taken cell, a board and a cell that do not exist are refused', () => {
    const game = after([4, 4]);
    expect(play(game, 4, 4)).toBeUndefined();
    expect(play(newGame(), 9, 0)).toBeUndefined();
    expect(play(newGame(), 0, 9)).toBeUndefined();
    expect(play(newGame(), -1, 0)).toBeUndefined();
  });

  test('three in a row take a small board, which nobody plays on any more; sent there, one plays anywhere', () => {
    // X takes board 0 by its first row; each answer sends X back to board 0.
    const game = after([0, 1], [1, 0], [0, 2], [2, 0], [0, 0]);
    expect(game.boards[0]?.outcome).toBe('X');
    expect(game.next).toBeNull();
    expect(mayPlayOn(game, 0)).toBe(false);
    expect(play(game, 0, 5)).toBeUndefined();
    expect(play(game, 7, 7)).toBeDefined();
  });

  test('who gives up loses, and nothing is played after it', () => {
    const game = resign(after([4, 2]), 'O');
    expect(game.outcome).toBe('X');
    expect(play(game, 2, 0)).toBeUndefined();
  });

  test('any game ends within 81 moves, with an outcome that its boards bear out and nothing to play after it', () => {
    assert(
      property(infiniteStream(nat(1_000_000)), (choices) => {
        let game = newGame();
        for (const choice of choices) {
          const open: [number, number][] = [];
          for (let board = 0; board < 9; board++)
            for (let cell = 0; cell < 9; cell++) if (play(game, board, cell)) open.push([board, cell]);
          if (open.length === 0) break;
          const [board, cell] = open[choice % open.length]!;
          const before = structuredClone(game);
          const next = play(game, board, cell)!;
          expect(game).toEqual(before);
          expect(next.moves).toBe(game.moves + 1);
          expect(next.turn).not.toBe(game.turn);
          game = next;
        }
        expect(game.outcome).not.toBeNull();
        expect(game.moves).toBeLessThanOrEqual(81);
        const won = (mark: string) => game.boards.filter(({ outcome }) => outcome === mark).length;
        if (game.outcome === 'draw') expect(game.boards.every(({ outcome }) => outcome !== null)).toBe(true);
        else expect(won(game.outcome!)).toBeGreaterThanOrEqual(3);
      }),
      { numRuns: 40 },
    );
  });
});
