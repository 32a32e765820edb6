/* sources c92ded59a82ffce3af3e3d941883cd90429c701e9af1c388e9d3c4a08432f02f */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
