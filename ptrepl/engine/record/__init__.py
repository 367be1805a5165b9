"""What the session has done so far: which statement made, wrote to or ran backward from a tensor."""
