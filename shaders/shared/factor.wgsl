// The precision factor U among the parameters of a batch.

#import vector
#import parameters
#import factor-blocks
