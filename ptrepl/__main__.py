"""``python -m ptrepl``."""

import sys

from ptrepl.cli import main

if __name__ == "__main__":
    sys.exit(main())
