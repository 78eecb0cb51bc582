import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { verifyCrypt } from '../../../src/modules/mod_authn_file/crypt/crypt.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const long = 'a password of more than seventy-two characters, of which bcrypt looks only at the first';

/** Password and hash as libxcrypt 4.4 and htpasswd 2.4 made them. */
const vectors: readonly (readonly [string, string, string])[] = [
  ['DES', 's512-pw', 'abKc4gSEUriT.'],
  ['DES, bytes above 127', 'p\xe4ss', './h7BCjdATwo.'],
  ['DES of BSDi', 's512-pw', '_J9..CCCCcKMdAK2Veyc'],
  ['DES of BSDi, a long password', long, '_J9..zzzzbiMWHlRcaLA'],
  ['MD5', 'p\xc3\xa4ssw\xc3\xb6rd', '$1$saltsalt$VReRfkQ8Hs1aayf/oxMkG/'],
  ['MD5, an empty password', '', '$1$x$fwjfZtMwarkdetsjiQreU1'],
  ['MD5, a long password', long, '$1$saltsalt$gRtmjYR5SDZhqgqf67SRg.'],
  ['apr1', 'p\xc3\xa4ssw\xc3\xb6rd', '$apr1$saltsalt$i5XfNxJNeh2E8ljXycZFm0'],
  ['apr1, a short salt', long, '$apr1$x$zE.kDwx1bEAbtcxNtPcCh/'],
  ['SHA-256', 'p\xc3\xa4ssw\xc3\xb6rd', '$5$saltstring$bWOoCRTKNT.aiY/gJjvk1HjBYuRpcYQmcc5hqf6H4T4'],
  [
    'SHA-256, its own rounds',
    long,
    '$5$rounds=1000$saltstringsaltst$78CjifTz2kieZHD9AB3UQnwbvUhlP0nN1b8UGfC09nD',
  ],
  [
    'SHA-512',
    'p\xc3\xa4ssw\xc3\xb6rd',
    '$6$saltstring$6PSVl254uv0cWCoUS0qzSX5NenRA/YFCwPzGA9ONu.MmmxqXTWHerEzD8WyuBl3ukfIZZU9uxLD6Bn6p7S3rG.',
  ],
  [
    'SHA-512, its own rounds',
    long,
    '$6$rounds=1234$x$oAwVD5ZD2NaoXiQqduspIed/bm33/VF1cUxKW0bgsP1VQ0AY6kg8euWc6kigcGWzbE3xgDp50B/klMYfMzb/6.',
  ],
  [
    'SHA-512, an empty password',
    '',
    '$6$rounds=1000$x$JUgHESfT/mKR2X.Qz/PrkEgBINN.wbH/GsJhhFRcgrb0a4MjVYFixxXtKicccBbv9PSG/n1kVdpVqZiR7Brv1.',
  ],
  ['bcrypt $2a$', 'p\xc3\xa4ssw\xc3\xb6rd', '$2a$04$abcdefghijklmnopqrstuuyx2n0Zzopyr9QuYTMCfOJJOj526QVoC'],
  ['bcrypt $2b$', 'p\xc3\xa4ssw\xc3\xb6rd', '$2b$04$abcdefghijklmnopqrstuuyx2n0Zzopyr9QuYTMCfOJJOj526QVoC'],
  ['bcrypt $2y$', 'p\xc3\xa4ssw\xc3\xb6rd', '$2y$04$abcdefghijklmnopqrstuuyx2n0Zzopyr9QuYTMCfOJJOj526QVoC'],
  ['bcrypt, an empty password', '', '$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq'],
  [
    'bcrypt, bytes that are no UTF-8',
    'p\xe4ss',
    '$2b$04$abcdefghijklmnopqrstuu1L3qhPthuwddSyHopqP/p1oYCozgT7m',
  ],
  ['bcrypt, a long password', long, '$2b$04$abcdefghijklmnopqrstuu3tObSvSzRX70fxnowVmIbWltYW/y0kO'],
  [
    'yescrypt',
    'p\xc3\xa4ssw\xc3\xb6rd',
    '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$UAi3w.V1khOnmiQzfq00d7LaG6KfSe9MVbNef5kSs64',
  ],
  ['yescrypt, small', long, '$y$j75$abcdefgh$lTTXP3ww8VxFv6Zil0mug66x.T9BuX8bMg40LprNz0.'],
  ['yescrypt, two lanes', 's512-pw', '$y$j75..$abcdefgh$uf9gPR5uI7LsRfSGHoGv/l7ONFZ/2ioZA.bQTUo0d/5'],
  ['yescrypt, three lanes', 's512-pw', '$y$j75./$abcdefgh$2boy.gtn2.n5pI8tH02Fy1JsEU.A.EO9us0WHRPVXT3'],
  ['yescrypt, more time', 's512-pw', '$y$j75/.$abcdefgh$2qvG.B4TzFg4xr4r18qeCHkWVimwZNM/4SNQsMqNr57'],
  ['yescrypt, more time yet', 's512-pw', '$y$j75//$abcdefgh$9zHwmgfQX5bj0USPnVbinMvFrs79O2smTAQk3I.3bkC'],
  ['yescrypt, both', 's512-pw', '$y$j750..$abcdefgh$ahzY0vicZjGZ9UL.DzSt7Vgz5I.qHx8h.sytUmymoa2'],
  [
    'scrypt',
    'p\xc3\xa4ssw\xc3\xb6rd',
    '$7$4/..../....2Q9obwLhin8qvQl6sisAO/$Jifc9tlc/Brv2xdVV32kcPkXF3tWF5WvNPkupGQEPI3',
  ],
  ['SHA-1 of NetBSD', 'p\xc3\xa4ssw\xc3\xb6rd', '$sha1$100$saltsalt$b1zdfdi/THq6dwLmbTtnYS1zbiRZ'],
  ['NT in MD5', 's512-pw', '$1+ntlm$saltsalt$VrigNheCcedi3dtgYgGIQ/'],
  ['NT', 's512-pw', '$3$$407a011a3997326e5e17890c13c07a65'],
];

suite('verifyCrypt knows', () => {
  for (const [kind, password, hash] of vectors) {
    test(kind, async () => {
      assert.ok(await verifyCrypt(latin1(password), hash), 'the right password');
      assert.ok(!(await verifyCrypt(latin1(`X${password}`), hash)), 'a wrong one');
    });
  }
});

test('bcrypt looks at 72 bytes, and DES at 8 characters of 7 bits', async () => {
  const bcrypt = vectors.find(([kind]) => kind === 'bcrypt, a long password')![2];
  assert.ok(await verifyCrypt(latin1(`${long.slice(0, 72)}, and other words`), bcrypt));
  assert.ok(!(await verifyCrypt(latin1(long.slice(0, 71)), bcrypt)));
  const des = vectors.find(([kind]) => kind === 'DES')![2];
  assert.ok(await verifyCrypt(latin1('s512-pw\x00'), des));
});

test('a hash that cannot be read matches no password', async () => {
  const broken = [
    '',
    'plaintext-password',
    'plaintextpassword',
    '$',
    '$x$salt$hash',
    '$2b$04$short',
    '$2b$99$abcdefghijklmnopqrstuutszivBYSajp6Ctz.RoVs.cFjQbW/EKm',
    '$5$rounds=999$salt$hash',
    '$5$rounds=0100000$salt$hash',
    '$6$',
    '$7$',
    '$7$zzzzzzzzzzzsalt$hash',
    '$y$',
    '$y$j9T$',
    '$y$zzzzzz$salt$hash',
    '$y$jzT$abcdefgh$hash',
    '$sha1$x$salt$hash',
    '_J9..',
    '*0',
  ];
  for (const hash of broken) assert.equal(await verifyCrypt(latin1('s512-pw'), hash), false, hash);
});
