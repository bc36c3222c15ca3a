import type { settings as english } from '../en/settings.ts';
import type { Translation } from '../types.ts';

export const settings: Translation<typeof english> = {
  'settings.title': 'Einstellungen',
  'settings.profile': 'Profil',
  'settings.name': 'Name',
  'settings.nameHint': 'So sehen dich die anderen.',
  'settings.saved': 'Gespeichert.',
  'settings.looks': 'Aussehen und Sprache',
  'settings.themeHint': 'Gilt in diesem Browser.',
  'settings.languageHint': 'Geht mit deinem Konto auf jedes Gerät.',
  'sessions.title': 'Sitzungen',
  'sessions.text': 'Wo du angemeldet bist. Beende, was du nicht kennst: Binnen einer Sekunde ist Schluss.',
  'sessions.current': 'Dieser Browser',
  'sessions.lastSeen': 'zuletzt gesehen {when}',
  'sessions.since': 'seit {when}',
  'sessions.unknownDevice': 'Unbekanntes Gerät',
  'sessions.device': '{browser} auf {system}',
  'sessions.end': 'Beenden',
  'sessions.endNamed': 'Sitzung beenden: {device}',
  'sessions.endTitle': 'Diese Sitzung beenden?',
  'sessions.endText': '{device} wird sofort abgemeldet.',
  'sessions.ended': 'Die Sitzung ist beendet.',
  'settings.about': 'Über',
  'settings.version': 'Hearth {version} (Build {build})',
  'settings.api': 'Alles, was Hearth kann, ist auch eine API.',
};
