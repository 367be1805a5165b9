"""Why a statement failed, in the learner's own names. Knows no terminal and no lesson; imports torch late."""
