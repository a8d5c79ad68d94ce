"""python -m medlam_training prepare|train|export|evaluate|bank"""

from .cli import main

main()
