import { createHearth } from '@shared/client/index.ts';
import type { Hearth } from '@shared/client/types.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Acked } from './client.ts';
import type { House, Person } from './house.ts';
import type { Random } from './random.ts';
import { type Frame, View } from './view.ts';

/** The SDK as an application uses it, with notes of what it gave out. */
export class SdkClient {
  readonly views = new Map<string, View>();
  readonly faults: string[] = [];
  readonly lost: string[] = [];
  readonly hearth: Hearth;
  readonly person: Person;

  constructor(house: House, person: Person, random: Random) {
    this.person = person;
    this.hearth = createHearth({
      baseUrl: house.server.url,
      token: () => house.tokenOf(person),
      // The backoff at its short end: there is much to try in little time.
      random: () => random.next() * 0.1,
    });
    const { events, state } = this.hearth;
    state.subscribe(({ welcome }, before) => {
      if (!welcome || welcome === before.welcome) return;
      for (const { channel, offset } of welcome.channels)
        if (!this.views.has(channel)) this.views.set(channel, new View(channel, welcome.epoch, offset));
    });
    events.onAny((frame) => {
      const view = frame.offset === undefined ? undefined : this.views.get(frame.channel);
      if (!view) return;
      const due = view.last + 1;
      if (view.take(frame as Frame) !== 'next')
        this.faults.push(`the SDK gave out ${frame.channel} ${frame.offset} where ${due} was due`);
    });
    events.onReset((channel) => {
      this.lost.push(channel);
      this.views.delete(channel);
    });
    this.hearth.signedIn(person.user);
  }

  get isCurrent(): boolean {
    return this.hearth.state.get().connection.status === 'online';
  }

  async post(roomId: RoomId, clientId: string, text: string): Promise<Acked | { code: string }> {
    const input = { roomId, clientId, text };
    const answer = await this.hearth.outbox.enqueue('chat', 'postMessage', input, clientId).done;
    // The SDK does not tell the offset: it is the one that the room's event has.
    return answer.ok ? { clientId, roomId, offset: -1 } : { code: answer.error.code };
  }

  leave(): Promise<void> {
    this.hearth.dispose();
    return Promise.resolve();
  }
}
