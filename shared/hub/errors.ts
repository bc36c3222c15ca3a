import { defineError } from '../kernel/errors.ts';

export const ChannelNotFound = defineError('hub.channel_not_found', 404, 'There is no such channel');
export const UnknownEvent = defineError('hub.unknown_event', 422, 'The server does not know this event');
export const TooManyChannels = defineError('hub.too_many_channels', 429, 'Too many channels on one connection');
export const QueueFull = defineError('hub.queue_full', 429, 'Too many frames wait to be handled', true);
export const TooManyConnections = defineError('hub.too_many_connections', 503, 'Too many connections', true);
export const EventReserved = defineError('hub.event_reserved', 422, 'Hearth itself uses this event name');
export const PublishRefused = defineError('hub.publish_refused', 403, 'Only Hearth itself publishes on this channel');
export const RecipientNotFound = defineError('hub.recipient_not_found', 404, 'There is no such person or connection');
export const TooManyStreams = defineError('hub.too_many_streams', 429, 'Too many streams on one connection');
export const StreamNotFound = defineError('hub.stream_not_found', 404, 'There is no such stream on this connection');
export const TooSlow = defineError('hub.too_slow', 503, 'You did not read what was sent: come back and go on', true);
export const NotSubscribed = defineError('hub.not_subscribed', 409, 'This channel is not subscribed');
