/** The client as one file for any page, module or script: `import { createHearth } from '/sdk.js'`. */
export { createHearth } from './hearth.ts';
