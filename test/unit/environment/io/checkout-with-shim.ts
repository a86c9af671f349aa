import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../../setup/prepare.ts';
import { smallCheckout, type Checkout } from '../../small-checkout.ts';

/** A small checkout that has the launch shim, behind which the tools of the set-up run. */
export async function checkoutWithShim(): Promise<Checkout> {
  const checkout = await smallCheckout();
  const launch = join('python', 'launch');
  mkdirSync(join(checkout.root, launch), { recursive: true });
  copyFileSync(join(repository, launch, 'shim.py'), join(checkout.root, launch, 'shim.py'));
  return checkout;
}
