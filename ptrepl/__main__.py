"""``python -m ptrepl``."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # the current folder: a json.py there is the learner's, and must not be taken for ours while we start
        sys.path[0] = sys.prefix

    from ptrepl.cli import main

    sys.exit(main())
