import { app } from 'electron';
import { loginProgram, startAtLogin, startsAtLogin, type LoginMeans } from '../platform/start-at-login.ts';

/** Whether the person's session starts Earshot. */
export interface Login {
  /** Settles with why it could not be changed, as a sentence, or null. */
  readonly set: (on: boolean) => Promise<string | null>;
  /** The program may have moved since it was written down what the session starts. */
  readonly renew: () => Promise<string | null>;
}

export function createLogin(): Login {
  const means: LoginMeans = {
    platform: process.platform,
    environment: process.env,
    program: loginProgram(app.isPackaged, process.execPath, [app.getAppPath()], process.env),
    setLoginItem: (on, { executable, arguments: given }) => {
      app.setLoginItemSettings({ openAtLogin: on, path: executable, args: [...given] });
      return app.getLoginItemSettings({ path: executable, args: [...given] }).openAtLogin;
    },
  };
  return {
    set: (on) => startAtLogin(on, means),
    renew: async () => ((await startsAtLogin(means)) ? null : startAtLogin(true, means)),
  };
}
