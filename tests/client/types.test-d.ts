/** Checked by the compiler, never run: each line under `@ts-expect-error` must not compile. */
import type { Hearth, HearthError, Result } from '@shared/client/index.ts';
import type { Message } from '@shared/chat/schema.ts';
import type { Sample } from '@shared/metrics/schema.ts';

declare const hearth: Hearth;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

export async function calls() {
  const { postMessage } = hearth.api.chat;
  const posted = await postMessage({ roomId: 'room_1', clientId: 'c', text: 'hi' });
  holds<Equal<typeof posted, Result<Message>>>();
  if (posted.ok) posted.data.position.toFixed();
  else holds<Equal<typeof posted.error, HearthError>>();
  // @ts-expect-error the data is there only after `ok` was asked
  posted.data.position.toFixed();
  // @ts-expect-error a message has no title
  if (posted.ok) posted.data.title.trim();

  // @ts-expect-error there is no such module
  await hearth.api.weather.today({});
  // @ts-expect-error there is no such function
  await hearth.api.chat.sendMessage({ roomId: 'room_1', clientId: 'c', text: 'hi' });
  // @ts-expect-error the text is missing
  await postMessage({ roomId: 'room_1', clientId: 'c' });
  // @ts-expect-error the input is missing
  await postMessage();
  // @ts-expect-error a text is no number
  await postMessage({ roomId: 'room_1', clientId: 'c', text: 1 });
  // @ts-expect-error no message has a colour
  await postMessage({ roomId: 'room_1', clientId: 'c', text: 'hi', colour: 'red' });
  // @ts-expect-error a team has no such role
  await hearth.api.people.invite({ role: 'owner' });

  await hearth.api.chat.listRooms();
  await hearth.api.chat.history({ roomId: 'room_1' });
  await hearth.api.chat.history({ roomId: 'room_1' }, { timeout: 1000, signal: AbortSignal.abort(), key: 'k' });
  // @ts-expect-error there is no such option
  await hearth.api.chat.history({ roomId: 'room_1' }, { retries: 3 });
  // @ts-expect-error a stream is no function
  await hearth.api.metrics.live({});
}

export async function streams() {
  for await (const event of hearth.sse.metrics.live()) {
    holds<Equal<typeof event.data, Sample>>();
    holds<Equal<typeof event.event, 'system_metrics'>>();
    // @ts-expect-error a sample has no such value
    event.data.humidity.toFixed();
  }
  // @ts-expect-error a function is no stream
  hearth.sse.metrics.latest();
  // @ts-expect-error chat has no such stream
  hearth.sse.chat.live();
}

export function events() {
  hearth.events.on('chat_message', (message, { offset }) => {
    holds<Equal<typeof message, Message>>();
    holds<Equal<typeof offset, number | undefined>>();
  });
  // @ts-expect-error there is no such event
  hearth.events.on('chat_massage', () => {});
  // @ts-expect-error a typing person has no text
  hearth.events.on('user_typing', ({ text }) => text);
}

export async function actions() {
  const outgoing = hearth.outbox.enqueue('chat', 'postMessage', { roomId: 'room_1', clientId: 'c', text: 'hi' }, 'c');
  holds<Equal<Awaited<typeof outgoing.done>, Result<Message>>>();
  // @ts-expect-error the key is missing
  hearth.outbox.enqueue('chat', 'postMessage', { roomId: 'room_1', clientId: 'c', text: 'hi' });
  // @ts-expect-error the input of another function
  hearth.outbox.enqueue('chat', 'markRead', { roomId: 'room_1', clientId: 'c', text: 'hi' }, 'c');
  // @ts-expect-error a stream cannot be queued
  hearth.outbox.enqueue('metrics', 'live', {}, 'c');
  // @ts-expect-error only the client changes its state
  hearth.state.set({});
}
