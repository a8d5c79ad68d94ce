"""Training of MedLAM: a self-supervised localizer of anatomy in CT."""
