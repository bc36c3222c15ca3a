import type { Welcome } from '@shared/hub/frames.ts';
import { type Frame, View } from './view.ts';

/**
 * What one client sees of its channels. It trusts nothing: whatever the protocol forbids is noted as a fault.
 */
export class Sight {
  readonly views = new Map<string, View>();
  /** What the server did wrong, seen from here. */
  readonly faults: string[] = [];
  /** Channels whose place could not be recovered. */
  readonly lost: string[] = [];
  /** Channels whose past is asked for: it may come twice. */
  readonly recovering = new Set<string>();
  readonly #userId: string;

  constructor(userId: string) {
    this.#userId = userId;
  }

  /** Takes a welcome in. Answers with the views that something is missing of. */
  enter({ epoch, channels }: Welcome): View[] {
    const given = new Map(channels.map(({ channel, offset }) => [channel, offset]));
    for (const channel of this.views.keys()) if (!given.has(channel)) this.views.delete(channel);
    const behind: View[] = [];
    for (const [channel, offset] of given) {
      const view = this.views.get(channel);
      if (!view) this.views.set(channel, new View(channel, epoch, offset));
      else if (view.epoch !== epoch || view.last !== offset) behind.push(view);
    }
    for (const { channel } of behind) this.recovering.add(channel);
    return behind;
  }

  /** Takes an event in. */
  see(frame: Frame): void {
    const { channel, offset = 0 } = frame;
    const view = this.views.get(channel) ?? this.#arrive(frame);
    if (!view) return;
    if (frame.epoch !== view.epoch) return void this.faults.push(`${channel} brought an event of another epoch`);
    const due = view.last + 1;
    const taken = view.take(frame);
    if (taken === 'next' || this.recovering.has(channel)) return;
    this.faults.push(
      taken === 'seen' ? `${channel} ${offset} came twice` : `${channel} ${offset} came where ${due} was due`,
    );
    if (taken === 'ahead') view.restart(view.epoch, offset);
  }

  /** The end of a page of recovery. Whatever was replayed came before it. */
  recovered(view: View, epoch: string, offset: number): void {
    if (view.last >= offset) return;
    this.faults.push(`${view.channel} was recovered up to ${offset}, but ${view.last + 1} and later did not come`);
    view.restart(epoch, offset);
  }

  /** The place in a channel is gone. */
  lose(view: View, epoch: string, offset: number): void {
    this.lost.push(view.channel);
    view.restart(epoch, offset);
  }

  /** A room that we were just put into: its events begin with our own arrival. */
  #arrive({ channel, event, payload, epoch = '', offset = 1 }: Frame): View | undefined {
    if (event !== 'member_added' || payload.userId !== this.#userId) return undefined;
    const view = new View(channel, epoch, offset - 1);
    this.views.set(channel, view);
    return view;
  }
}
