"""The scorecard as one page of HTML: needs the extra ``lab``."""
