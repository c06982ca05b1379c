/** Debian's Chromium, driven by playwright-core: for the tests of pages and for the pictures of the README. */

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why there is no browser to test with, or false: node:test's `skip`. */
export const noChromium = existsSync(path) ? false : `no Chromium at ${path}`;

/** It talks to nobody but the pages that it is given. */
const options = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launchChromium = () => chromium.launch({ executablePath: path, headless: true, args: options });
