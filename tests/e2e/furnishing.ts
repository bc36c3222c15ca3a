import type { Room } from '@shared/chat/schema.ts';
import type { Invite, Me, Role } from '@shared/people/schema.ts';
import { type Dweller, emailOf, type House, PASSWORD } from './house.ts';
import { layModule } from './lay-module.ts';

/** What the team says in its rooms: room, who, text. */
const talk: [room: string, name: string, text: string][] = [
  ['Finance', 'Mira', 'Invoices for October are in.'],
  [
    'Releases',
    'Jonas',
    '| Version | Day | State |\n| --- | --- | :-: |\n| 2.4 | Monday | out |\n| 2.5 | Friday | frozen |',
  ],
  ['Releases', 'Mira', '> frozen\n\nThen 2.5 it is. See <https://example.org/releases/2.5>.'],
  ['General', 'Jonas', 'Morning! The new build is on the staging box, please kick the tyres.'],
  ['General', 'Priya', 'Looks good so far. Uploads feel **much** faster.'],
  ['General', 'Priya', 'One thing: the export still says `UTC` instead of the local time.'],
  [
    'General',
    'Mira',
    'Good catch. Before we ship:\n\n- [x] times in the reader’s own zone\n- [x] a backup from last night restored\n- [ ] release notes',
  ],
  [
    'General',
    'Jonas',
    'I take the notes. This is how to try the backup yourself:\n\n```sh\nhearth restore nightly.hearth\n```',
  ],
  ['Homelab', 'Priya', 'The NAS is at 71 °C again 🥵'],
];

const rooms: [name: string, kind: 'public' | 'private', topic: string][] = [
  ['Releases', 'public', 'What ships when'],
  ['Homelab', 'public', 'Racks, disks and the odd fan'],
  ['Finance', 'private', ''],
];

export interface Furnished {
  /** By name; the direct conversation with Priya under hers. */
  rooms: Record<string, Room>;
  /** A code that is still good. */
  invitation: string;
  /** The tokens of those who have no browser, by name. */
  tokens: Record<string, string>;
}

/** Fills a house with people, rooms, talk and a lamp. The founder is called Mira; the others have no browser. */
export async function furnish(house: House, mira: Dweller): Promise<Furnished> {
  const { server } = house;
  const people: Record<string, { user: Me; say: (roomId: string, text: string) => Promise<unknown> }> = {};
  const tokens: Record<string, string> = {};
  let count = 0;
  const say = (post: (input: unknown) => Promise<unknown>) => (roomId: string, text: string) =>
    post({ roomId, clientId: `furnish-${++count}`, text });
  people.Mira = { user: mira.me, say: say((input) => mira.call('chat/postMessage', input)) };
  const newcomers: [string, Role][] = [
    ['Jonas', 'member'],
    ['Priya', 'admin'],
    ['Sam', 'guest'],
  ];
  for (const [name, role] of newcomers) {
    const { code } = await mira.call<Invite>('people/invite', { role });
    const { user, token } = await server.call<{ user: Me; token: string }>('people/acceptInvite', {
      code,
      name,
      email: emailOf(name),
      password: PASSWORD,
      locale: 'en',
    });
    tokens[name] = token;
    people[name] = { user, say: say((input) => server.call('chat/postMessage', input, token)) };
  }

  const [general] = await mira.call<Room[]>('chat/listRooms');
  if (!general) throw new Error('A new team has no room');
  const byName: Record<string, Room> = { General: general };
  for (const [name, kind, topic] of rooms) {
    const room = await mira.call<Room>('chat/createRoom', { name, kind, ...(topic && { topic }) });
    byName[name] = room;
    for (const { user } of [people.Jonas, people.Priya].filter((one) => one !== undefined))
      await mira.call('chat/addMember', { roomId: room.id, userId: user.id });
  }
  const priya = people.Priya;
  if (!priya) throw new Error('Priya did not come');
  byName.Priya = await mira.call<Room>('chat/openDirect', { userIds: [priya.user.id] });
  for (const [room, name, text] of talk) await people[name]?.say(byName[room]?.id ?? '', text);
  await priya.say(byName.Priya.id, 'Lunch at twelve?');
  const { code } = await mira.call<Invite>('people/invite', { role: 'member', maxUses: 5 });
  await layModule(house, mira, 'lamp');
  await mira.call('modules/enable', { id: 'lamp' });
  return { rooms: byName, invitation: code, tokens };
}
