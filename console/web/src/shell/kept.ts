/** Kept: what this browser remembers of its own: choices, silence. Nothing of alerts, persons or sessions. */

const PREFIX = "toezicht.";

export const kept = {
  name: (key: string): string => PREFIX + key,

  /** Return what was kept, or null where there is none, or it is not what was expected. */
  read<T>(key: string, fits: (found: unknown) => found is T): T | null {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(PREFIX + key) ?? "null");
      return fits(found) ? found : null;
    } catch {
      return null; // storage is forbidden, or somebody else wrote there
    }
  },

  write(key: string, value: unknown): void {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      /* full or forbidden: the choice lasts as long as the window */
    }
  },
};
