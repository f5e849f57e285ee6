/** Why a password is refused. The last part of the problem's code. */
export type PasswordFault = 'too_short' | 'contains_address' | 'too_common';

export const PASSWORD_MIN_LENGTH = 12;

// Leaked passwords of 12 characters and more from public lists, and keyboard and calendar patterns.
const common = new Set(
  `000000000000 012345678901 0123456789ab 0123456789abcdef 123123123123 1234567890123 12345678901234
  123456789012 1234567891011 123456789abc 123456789123 1234567890qwe 1234567890qwerty 12345qwertasdfg 123456123456
  12345678912345 123456qwerty 123qweasdzxc 147258369147 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz2wsx3edc
  1qaz2wsx3edc4rfv 1qazxsw23edc 520131452013 5201314520131 987654321012 a1b2c3d4e5f6 a123456789012 aa1234567890
  abc123456789 abcd12345678 abcdefghijkl abcdefghijklm abcdefgh1234 administrator administrator1 adminadmin12
  adminadminadmin asdfghjkl123 asdfghjkl1234 asdfghjklqwe asdfghjklzxcvbnm asdfasdfasdf baseball1234 changeme1234
  changemechangeme computer1234 correcthorsebatterystaple defaultpassword football1234 iloveyou1234 iloveyou12345
  iloveyouforever jesuschrist1 letmein12345 letmeinletmein liverpool123 login1234567 manchesterunited
  mypassword12 mypassword123 opensesame12 p@ssw0rd1234 passw0rd1234 passwordpassword password1234 password12345
  password123456 password1234567 password12345678 password123456789 password2024 password2025 password2026
  princess1234 q1w2e3r4t5y6 q1w2e3r4t5y6u7i8 qazwsxedcrfv qazwsxedc123 qwe123qwe123 qweasdzxc123 qwer1234qwer
  qwerqwerqwer qwerty123456 qwerty1234567 qwerty12345678 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiop1234
  qwertyuiopas qwertyuiopasdf qwertyuiopasdfghjkl secret123456 starwars1234 sunshine1234 superman1234
  thisisapassword tributary123 tributary1234 tributary2026 welcome12345 welcome123456 welcometoyou woaini123456
  woaini1314520 woaini520131 woaini5201314 woaiwojia123 woaizhongguo zaq12wsxcde3 zxcvbnm12345 zxcvbnm123456
  zxcvbnmasdfghjkl zxcvbnmzxcvbnm`.split(/\s+/),
);

/** Normalised form for counting, comparing and hashing: the same keys give the same text on every device. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Checks a new password as in NIST SP 800-63B (5.1.1.2): by length and against common passwords, without
 * composition rules.
 * @param email the user's email address
 */
export function passwordFault(password: string, email: string): PasswordFault | undefined {
  const text = normalisePassword(password);
  if ([...text].length < PASSWORD_MIN_LENGTH) return 'too_short';
  const lower = text.toLowerCase();
  const local = email.split('@')[0]!.toLowerCase();
  // A short name before the @ occurs in too many words.
  if (lower.includes(email.toLowerCase()) || (local.length >= 5 && lower.includes(local)))
    return 'contains_address';
  if (common.has(lower) || new Set(lower).size < 4) return 'too_common';
  return undefined;
}
