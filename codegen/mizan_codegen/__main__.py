"""`python -m mizan_codegen`: the same as `mizan codegen`."""

import sys

from mizan_codegen.main import main

sys.exit(main(sys.argv[1:]))
