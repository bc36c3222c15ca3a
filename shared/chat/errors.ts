import { defineError } from '../kernel/errors.ts';

export const RoomNotFound = defineError('chat.room_not_found', 404, 'There is no such room');
export const MessageNotFound = defineError('chat.message_not_found', 404, 'There is no such message');
export const NotRoomOwner = defineError('chat.not_room_owner', 403, 'Only an owner of the room may do this');
export const MemberNotFound = defineError('chat.member_not_found', 404, 'This person is not in the room');
export const UserNotFound = defineError('chat.user_not_found', 404, 'There is no such person');
export const DirectRoomFixed = defineError(
  'chat.direct_room_fixed',
  409,
  'The people of a direct conversation do not change',
);
export const LastOwner = defineError(
  'chat.last_owner',
  409,
  'The last owner cannot leave while others are in the room',
);
export const ClientIdReused = defineError('chat.client_id_reused', 409, 'This client id was used for another message');
export const TooManyPeople = defineError('chat.too_many_people', 422, 'A direct conversation has at most 8 people');
