/**
 * Every problem has a stable code. The manual lists this table, and nothing else; a test holds them equal.
 * Codes are never reused: a code that is no longer reported is removed for good.
 */
export const diagnosticCodes = {
  'syntax-error': 'The text does not follow the grammar of lighttpd.conf.',
  'unterminated-string': 'A string has no closing quote.',
  'include-failed': 'An included file is missing, unreadable, a folder, or includes itself.',
  'include-shell-failed': 'The command of an include_shell failed, or did not end in time.',
  'file-unreadable': 'The configuration file cannot be read.',
  'wrong-type': 'A value has a type that its directive does not take.',
  'invalid-value': 'A value has the right type but is not one that its directive takes.',
  'unknown-directive': 'No module of any lighttpd 1.4 release knows this directive.',
  'unknown-feature-flag': 'server.feature-flags holds a name that nothing asks for.',
  'directive-not-used': 'The module that owns this directive is not loaded.',
  'wrong-scope': 'A directive of the whole server stands inside a condition.',
  'duplicate-directive': 'A directive is set twice in the same scope.',
  'removed-directive': 'Current lighttpd no longer has this directive.',
  'deprecated-directive': 'This directive still works, and another one is meant to be used.',
  'setting-without-effect': 'A setting is known and read, and cannot be carried out on this platform.',
  'unknown-module': 'server.modules names a module that does not exist.',
  'module-not-served': 'The module is known and its directives are checked, but it is not served yet.',
  'module-added': 'A module is loaded that server.modules does not name, because directives ask for it.',
  'module-order': 'A module stands in server.modules where another one takes its requests first.',
  'module-failed': 'A module of the module folder cannot be loaded.',
  'unsupported-pattern': 'A regular expression cannot be run by the JavaScript engine.',
  'slow-pattern': 'A regular expression can backtrack without end on a long input.',
  'undefined-variable': 'A variable or an environment variable is not set.',
  'variable-unused': 'A variable is set and never used.',
  'unreachable-block': 'A condition can never hold where it stands.',
  'invalid-condition': 'A condition has a field, operator or value that cannot be used.',
  'repaired-text': 'The reference silently repairs this text; it may not mean what it seems to.',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;
