"""One function per verb. Both edges call these and nothing below; rights and audit will live here."""
