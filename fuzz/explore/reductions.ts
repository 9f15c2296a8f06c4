// The reductions of exhaustive search by name. Each keeps every verdict and the set of reachable
// quiescent states; what each does stands in its own file.

export const reductions = ['sleep', 'persistent', 'sections', 'symmetry', 'parts'] as const;

export type Reduction = (typeof reductions)[number];
