import * as z from 'zod';

const rememberedCard = z.strictObject({
  uuid: z.string().min(1),
  index: z.int().nonnegative(),
  busId: z.string(),
  pciId: z.string(),
  name: z.string(),
  computeCapability: z.string().nullable(),
  memoryMiB: z.int().positive().nullable(),
  mig: z.boolean(),
});

/** The file that remembers the cards. */
export const rememberedCards = z.strictObject({ version: z.literal(1), driverVersion: z.string().nullable(), cards: z.array(rememberedCard) });

/** What nvidia-smi last said that does not change, so that a sleeping card need not be woken to be asked again. */
export type Remembered = z.infer<typeof rememberedCards>;
