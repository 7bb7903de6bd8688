"""`python -m dialer.cli`, the same as `dialer`."""

import sys

from dialer.cli import main

sys.exit(main())
