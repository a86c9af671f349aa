import { expect, test } from 'vitest';
import { icoFile } from '../../../assets/icons/ico.ts';

test('an icon file lists its images and then holds them, one after another', () => {
  const file = icoFile([
    { sizePx: 16, png: Buffer.from('small') },
    { sizePx: 256, png: Buffer.from('large one') },
  ]);
  expect(file.toString('hex', 0, 38)).toBe(
    [
      '0000' + '0100' + '0200',
      '10' + '10' + '00' + '00' + '0100' + '2000' + '05000000' + '26000000',
      '00' + '00' + '00' + '00' + '0100' + '2000' + '09000000' + '2b000000',
    ].join(''),
  );
  expect(file.toString('latin1', 38)).toBe('smalllarge one');
});
