export const moduleFrame = {
  'frame.over': 'This page was stopped',
  'frame.overText': 'It left its place, or asked for more than a page may.',
  'frame.reload': 'Open it again',
} as const;
