"""Chat models at OpenAI-compatible endpoints: the only code that sends masked evidence anywhere."""
