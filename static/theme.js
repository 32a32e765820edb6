/* sources 1155ca3311389644b09880bc16d10b981468a551897aeae5da2bca8a166ab6a7 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
