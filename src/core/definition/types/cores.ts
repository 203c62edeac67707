/** Less, and a program would hardly begin before its time is up. */
export const CORES_LEAST = 0.1;
export const CORES_MOST = 1024;
