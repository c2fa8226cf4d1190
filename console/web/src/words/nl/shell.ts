/** Words of the frame: strip, banner, navigation, login, settings, sound. */

export const shell = {
  "app.name": "Toezicht",
} as const;
