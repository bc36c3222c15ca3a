import { Tile, type TileProps } from '../ui/Tile.tsx';
import { Sparkline } from './Sparkline.tsx';

export interface FigureProps extends Omit<TileProps, 'unknown'> {
  /** How it moved, oldest first. */
  history: readonly (number | null)[];
  /** So many values fill the line. */
  room: number;
}

/** One number of the server with how it moved of late. */
export function Figure(props: FigureProps) {
  return (
    <Tile {...props} unknown="–">
      <Sparkline values={props.history} room={props.room} />
    </Tile>
  );
}
