"""When to look at a source, and what its silence means.

rhythm    when a source publishes, learned by hour of week, and when to look next
silence   what is wrong with a source that shows nothing new, or too little
"""
