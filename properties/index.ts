// The properties' public entry: the catalogue, and the judge that applies it to a booted program.

export { allProperties, properties as catalogue } from './catalogue.ts';
export { Refinement } from './configurations.ts';
export { SpaprJudge, watchersFor } from './judge.ts';
export type { Property } from './property.ts';
